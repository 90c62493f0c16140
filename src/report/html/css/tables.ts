/** Tables: all results, steps, numbers, evidence, the impact map, facts. */
export const TABLE_CSS = `
.scroll{overflow-x:auto;position:relative}
table{border-collapse:collapse;width:100%;font-size:14px}
th{text-align:left;font-weight:600}
.pm{color:var(--soft);white-space:nowrap;font-weight:400}
.sub{display:block;color:var(--soft);font-size:12.5px;font-weight:400;line-height:1.45}
.around span{display:inline-block;white-space:nowrap;margin-right:9px}
.more{color:var(--soft)}
.matrix{table-layout:fixed;margin-top:2px;min-width:calc(320px + var(--columns) * 124px)}
.matrix thead th:first-child{width:220px}
.matrix .rec{width:122px}
.matrix thead th{vertical-align:bottom;padding:0 12px 10px 10px;border-bottom:1px solid var(--rule2);line-height:1.35}
.matrix thead th span{display:block;font-weight:400;color:var(--soft);font-size:12.5px}
.matrix thead th:first-child,.matrix tbody th:first-child{padding-left:0}
.matrix tbody th,.matrix td{vertical-align:top;padding:12px 10px;border-bottom:1px solid var(--rule);line-height:1.4}
.matrix td.fail{background:var(--failbg)}
.matrix td.inconclusive{background:var(--incbg)}
.matrix td.error{background:var(--errbg)}
.cell{display:flex;gap:9px}
.cell>div{flex:1;min-width:0}
.cell .mark{font-size:13px;height:1.6em}
.num b{font-weight:640;white-space:nowrap}
.wide .num b,.rec .num b{white-space:normal}
.offword{color:var(--soft);font-size:13px;padding-left:28px}
.micro{position:relative;display:block;height:14px;margin:2px 0}
.micro i{position:absolute;top:50%}
.micro .rail{left:0;right:0;height:1px;background:var(--rule2)}
.micro .span{height:5px;margin-top:-2.5px;border-radius:3px;background:currentColor;opacity:.32;min-width:3px}
.micro .dot{width:7px;height:7px;margin:-3.5px 0 0 -3.5px;border-radius:50%;background:currentColor}
.micro .need{width:2px;height:12px;margin:-6px 0 0 -1px;background:var(--ink)}
.micro.pass{color:var(--pass)}
.micro.fail{color:var(--fail)}
.micro.inconclusive{color:var(--inc)}
.micro.error{color:var(--err)}
.micro.aborted{color:var(--off)}
.micro.fail .dot{border-radius:1px}
.legend{display:flex;flex-wrap:wrap;gap:4px 22px;color:var(--soft);font-size:13px;margin-top:12px;align-items:center}
.legend .micro{display:inline-block;width:74px;margin:0 8px 0 0;vertical-align:middle}
.plain th,.plain td{padding:9px 16px 9px 0;border-bottom:1px solid var(--rule);vertical-align:top;text-align:left}
.plain thead th{color:var(--soft);font-weight:400;font-size:13px;border-color:var(--rule2)}
.plain .r{text-align:right;white-space:nowrap}
.plain td:last-child,.plain th:last-child{padding-right:0}
.plain tbody th{font-weight:600}
.plain .mark{margin-right:.4em}
.plain caption{text-align:left;font-size:14px;font-weight:600;padding:26px 0 2px}
.numbers td,.numbers th,.steps td{padding-top:6px;padding-bottom:6px}
.evi td[data-l=on] code{white-space:nowrap}
.numbers tbody th{min-width:132px}
.missed{display:block}
.steps{margin:22px 0 26px;max-width:760px}
.steps thead .r{white-space:normal}
.steps .r{padding-right:28px}
.facts{margin-top:26px;font-size:14px;columns:2;column-gap:40px}
.facts div{break-inside:avoid;display:grid;grid-template-columns:92px minmax(0,1fr);padding:7px 0;border-top:1px solid var(--rule)}
.facts dt,.kv dt{color:var(--soft)}
.facts dd,.kv dd{min-width:0}
.heat{table-layout:fixed;border-collapse:separate;border-spacing:4px;margin-left:-4px}
.heat th,.heat td{padding:7px 10px;text-align:center}
.heat thead th{font-weight:400;font-size:13px;line-height:1.35;vertical-align:bottom;color:var(--soft)}
.heat a{text-decoration:none}
.heat th:first-child{text-align:left;width:110px;padding-left:0}
.heat.turned th:first-child{width:320px}
.heat.turned tbody th{font-weight:400;font-size:14px}
.heat td{background:color-mix(in srgb,var(--heat) var(--h,0%),var(--wash));height:52px;border-radius:6px;font-size:15px;line-height:1.2}
.heat.turned td{height:38px}
.heat td.hot{color:#fff}
.zero{color:var(--soft)}
.target{display:block;font-size:11.5px;line-height:1.2;margin-top:1px}
.heat td.hit{box-shadow:inset 0 0 0 1.6px var(--ink)}
.heat td.none{background:repeating-linear-gradient(135deg,var(--rule) 0 4px,var(--wash) 4px 9px)}
.heat .none .sub,.heat .none .target{display:table;margin:0 auto;background:var(--wash);padding:0 5px;border-radius:3px}
.proof{display:grid;grid-template-columns:repeat(4,1fr);margin:0 0 22px;border-top:1px solid var(--rule);border-bottom:1px solid var(--rule)}
.proof div{padding:13px 16px}
.proof div+div{border-left:1px solid var(--rule)}
.proof div:first-child{padding-left:0}
.proof dt{font-size:26px;font-weight:640;letter-spacing:-.02em;line-height:1.2}
.proof dt .mark{font-size:20px;margin-right:.3em}
.proof dd{color:var(--soft);font-size:13.5px;line-height:1.4}
.two{display:grid;grid-template-columns:1fr 1fr;gap:20px 40px;margin-top:18px}
.kv{font-size:14px;min-width:0}
.kv div{display:grid;grid-template-columns:104px minmax(0,1fr);padding:6px 0;border-bottom:1px solid var(--rule)}
`
