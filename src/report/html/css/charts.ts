/** Pictures stretch and words do not: SVG without aspect ratio, with HTML placed over it in per cent. */
export const CHART_CSS = `
.pick{display:flex;flex-wrap:wrap;gap:6px;margin:0 0 14px;border:0;padding:0;min-width:0}
.pick label{position:relative;border:1px solid var(--rule2);border-radius:99px;padding:3px 13px;font-size:14px;cursor:pointer;display:inline-flex;align-items:center}
.pick input{position:absolute;inset:0;opacity:0;margin:0;cursor:pointer}
.pick .mark{gap:0;font-size:12.5px;margin-right:.45em}
.pick label:has(:checked){background:var(--ink);color:var(--paper);border-color:var(--ink)}
.pick label:has(:checked) .mark{color:inherit}
.pick label:has(:checked) .mark svg{stroke:var(--ink)}
.pick label:has(:focus-visible){outline:2px solid var(--data);outline-offset:2px}
#experiments:has(#f-fail:checked) .exp:not(.is-fail),#experiments:has(#f-error:checked) .exp:not(.is-error),#experiments:has(#f-aborted:checked) .exp:not(.is-aborted),#experiments:has(#f-inconclusive:checked) .exp:not(.is-inconclusive),#experiments:has(#f-pass:checked) .exp:not(.is-pass),#experiments:has(#f-off:checked) .exp:not(.is-off){display:none}
.exp{border-top:1px solid var(--rule2)}
.exp:last-of-type{border-bottom:1px solid var(--rule2)}
.exp summary{display:flex;align-items:baseline;gap:4px 14px;padding:13px 0;cursor:pointer;list-style:none}
.exp summary::-webkit-details-marker{display:none}
.exp summary .mark{min-width:72px;align-self:center}
.en{font-weight:640;font-size:16px;margin:0;min-width:0}
.es{color:var(--soft);font-size:13.5px;min-width:0}
.exp summary::after{content:"";margin-left:auto;width:8px;height:8px;border:solid var(--soft);border-width:0 1.6px 1.6px 0;transform:rotate(45deg) translate(-3px,-3px);flex:none}
.exp[open] summary::after{transform:rotate(225deg) translate(-3px,-3px)}
.exp .body{padding:8px 0 34px}
.grid2{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:28px 40px}
.chart figcaption,.ridges figcaption{display:flex;justify-content:space-between;gap:4px 14px;font-size:14px;margin-bottom:10px;align-items:baseline}
.chart figcaption .ct{display:inline-flex;gap:7px;align-items:baseline;min-width:0}
.chart figcaption .ct .mark{align-self:center;font-size:12.5px}
.chart figcaption .ct>span:last-child,.ridges figcaption span{color:var(--soft)}
.cv{white-space:nowrap;color:var(--soft)}
.cv b{color:var(--ink)}
.plot{display:grid;grid-template-columns:52px minmax(0,1fr) 100px;height:148px}
.plot.tall{height:260px}
.tags{position:relative}
.tags span{position:absolute;left:8px;transform:translateY(-50%);font-size:12px;line-height:1.2;white-space:nowrap}
.ys{position:relative}
.ys span{position:absolute;right:9px;transform:translateY(-50%);font-size:12px;color:var(--soft);line-height:1;white-space:nowrap}
.pane{position:relative}
.pane svg{position:absolute;inset:0;width:100%;height:100%;overflow:visible}
.pane path,.ridge path{vector-effect:non-scaling-stroke;fill:none}
.grid{stroke:var(--rule);stroke-width:1}
.pane .band{fill:var(--band)}
.pane .lost{fill:var(--lost)}
.line{stroke:var(--data);stroke-width:1.7;stroke-linejoin:round;stroke-linecap:round}
.pane .need{stroke:var(--ink);stroke-width:1.2;stroke-dasharray:4 3}
.win{position:absolute;top:0;bottom:0;background:repeating-linear-gradient(135deg,var(--win) 0 5px,transparent 5px 9px),var(--win);border:solid var(--rule2);border-width:0 1px}
.xs{position:relative;height:18px;margin:6px 100px 0 52px;font-size:12px;color:var(--soft)}
.xs span{position:absolute;transform:translateX(-50%);white-space:nowrap}
.ridges{margin-top:30px}
.ridges figcaption{justify-content:flex-start;flex-wrap:wrap}
.ridge{display:grid;grid-template-columns:52px minmax(0,1fr) 176px;align-items:end}
.rl{font-size:12.5px;color:var(--soft);padding-bottom:1px}
.rp{position:relative;height:54px;border-bottom:1px solid var(--rule2)}
.ridge.fault .rp{background:repeating-linear-gradient(135deg,var(--win) 0 5px,transparent 5px 9px),var(--win)}
.rp svg{position:absolute;inset:0;width:100%;height:100%}
.ridge .fill{fill:var(--band)}
.over{fill:var(--fail);opacity:.75}
.rn{font-size:12.5px;color:var(--soft);padding:0 0 3px 16px;line-height:1.35}
.rn span{display:block;white-space:nowrap}
.rn b{color:var(--ink)}
.rp i{position:absolute;bottom:0;width:2px;margin-left:-1px}
.rp .q{height:26px;background:var(--data)}
.rp .p99{background:var(--ink)}
.k50,.k99,.kover{border-left:2px solid var(--data);padding-left:6px}
.k99{border-color:var(--ink)}
.kover{border-color:var(--fail)}
.rx .rp{border:0;height:20px;font-size:12px;color:var(--soft)}
.rx .rp span{position:absolute;top:5px;transform:translateX(-50%);white-space:nowrap}
.hold,.brk{position:absolute;top:0;bottom:0}
.hold{background:color-mix(in srgb,var(--pass) 10%,transparent)}
.brk{background:color-mix(in srgb,var(--fail) 8%,transparent)}
.hold span,.brk span{position:absolute;top:8px;left:9px;font-size:12.5px;font-weight:600;color:var(--pass)}
.brk span{color:var(--fail);left:auto;right:9px;top:auto;bottom:8px}
.join{stroke:var(--rule2);stroke-width:1.4}
.whisk{stroke:var(--ink);stroke-width:2}
.pt{position:absolute;width:20px;height:20px;margin:-10px 0 0 -10px;border-radius:50%;background:var(--inc);color:var(--paper);display:grid;place-items:center;font-style:normal}
.pt b{font-size:11.5px;line-height:1;font-weight:680}
.pt.pass{background:var(--pass)}
.pt.fail{background:var(--fail);border-radius:4px}
.must{position:absolute;top:0;bottom:0;border-left:1.4px dashed var(--ink);font-style:normal}
.must span{position:absolute;bottom:40px;left:100%;margin-left:7px;font-size:12.5px;line-height:1.3;white-space:nowrap;background:var(--paper);padding:1px 4px;border-radius:3px}
.must.left span{left:auto;right:100%;margin:0 8px 0 0}
.bar{display:grid;grid-template-columns:300px minmax(0,1fr) 132px;gap:16px;align-items:center;min-height:34px;font-size:14px}
.bl{display:flex;gap:8px;align-items:baseline;min-width:0}
.bl .mark{font-size:13px;align-self:center}
.bl a{text-decoration:none}
.bl a:hover{text-decoration:underline}
.bp{position:relative;height:14px;background:linear-gradient(var(--rule),var(--rule)) 0 50%/100% 1px no-repeat}
.bp i{position:absolute;top:0;height:14px}
.sure{left:0;background:var(--data)}
.maybe{background:repeating-linear-gradient(135deg,var(--data) 0 2px,transparent 2px 5px);outline:1px solid var(--data);outline-offset:-1px}
.maybe.open{outline:0;background:repeating-linear-gradient(135deg,var(--fail) 0 2px,transparent 2px 5px)}
.bp .lim{width:2px;top:-4px;height:22px;margin-left:-1px;background:var(--ink)}
.bn{color:var(--soft);text-align:right;white-space:nowrap}
.bn b{color:var(--ink)}
.bx{min-height:0}
.bx .bp{background:none;font-size:12px;color:var(--soft)}
.bx .bp span{position:absolute;transform:translateX(-50%);white-space:nowrap}
.strip{display:flex;gap:2px;height:26px;margin:0 0 8px}
.strip i{background:var(--rule);border-radius:3px;font-style:normal;display:grid;place-items:center;font-size:12.5px;font-weight:600;min-width:2px;overflow:hidden}
.strip .pass{background:var(--passbg);color:var(--pass);box-shadow:inset 0 -3px var(--pass)}
.strip .fail{background:var(--failbg);color:var(--fail);box-shadow:inset 0 -3px var(--fail)}
.strip .inconclusive{background:var(--incbg);color:var(--inc);box-shadow:inset 0 -3px var(--inc)}
.strip .error{background:var(--errbg);color:var(--err);box-shadow:inset 0 -3px var(--err)}
.strip .aborted{color:var(--ink)}
`
