/** What the page of a history has besides the parts that it shares with the report of a run. */
export const HISTORY_CSS = `
.bignum b{margin-right:0}
.hkey dd span{display:block}
.news .mark{align-self:start;margin-top:.15em}
.hs{margin-top:8px}
.hs h2{display:flex;flex-wrap:wrap;gap:2px 12px;align-items:baseline}
.hs h2 .more{font-size:14px;font-weight:400;letter-spacing:0}
.news{margin-top:2px}
.news li{display:grid;grid-template-columns:150px minmax(0,1fr) 118px;gap:4px 20px;padding:12px 0;border-bottom:1px solid var(--rule);align-items:baseline}
.news li:first-child{border-top:1px solid var(--rule2)}
.news .why{display:block;color:var(--soft);font-size:13.5px;margin-top:1px}
.news .when{text-align:right;color:var(--soft);font-size:13.5px}
.news a{font-weight:600;text-decoration:none}
.news a:hover{text-decoration:underline}
.cols{display:flex;gap:3px;height:168px;align-items:flex-end;border-bottom:1px solid var(--rule2)}
.cols .col{flex:1;max-width:72px;min-width:3px;height:100%;position:relative}
.cols svg{position:absolute;inset:0;width:100%;height:100%}
.cols .n{position:absolute;left:0;right:0;text-align:center;font-size:12px;color:var(--soft);transform:translateY(-100%);padding-bottom:2px}
.col .pass{fill:var(--pass)}
.col .fail{fill:var(--fail)}
.col .other{fill:var(--inc)}
.colx{display:flex;gap:3px;margin:5px 0 0;font-size:12px;color:var(--soft)}
.colx span{flex:1;max-width:72px;min-width:3px;text-align:center;white-space:nowrap;overflow:visible}
.key3{display:flex;flex-wrap:wrap;gap:4px 20px;color:var(--soft);font-size:13px;margin:0 0 18px}
.key3 i{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:7px;vertical-align:-.02em}
.key3 .pass{background:var(--pass)}
.key3 .fail{background:var(--fail)}
.key3 .other{background:var(--inc)}
.monthly{display:grid;grid-template-columns:minmax(0,4fr) minmax(0,6fr);gap:28px 40px;align-items:end}
.monthly table{font-size:13.5px}
.monthly th{white-space:nowrap}
.monthly .plain th,.monthly .plain td{padding:6px 14px 6px 0}
.monthly .plain td:last-child,.monthly .plain th:last-child{padding-right:0}
.course{position:relative;width:200px;height:22px;margin-left:auto;flex:none;align-self:center}
.course svg{position:absolute;inset:0;width:100%;height:100%}
.course .pass{fill:var(--pass);opacity:.5}
.course .fail{fill:var(--fail)}
.course .inconclusive{fill:var(--inc)}
.course .error{fill:var(--err)}
.course .aborted,.course .off{fill:var(--off);opacity:.6}
.exp summary .course+.sr{position:absolute}
.hs .exp summary{align-items:center}
.hs .exp summary::after{margin-left:10px}
.hs .exp summary .mark{min-width:108px}
.hs .en{flex:none;max-width:46%}
.minis{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,300px),1fr));gap:30px 40px}
.mini{min-width:0}
.mini figcaption{display:flex;justify-content:space-between;gap:2px 12px;font-size:14px;align-items:baseline;margin-bottom:15px}
.mini figcaption .sub{margin-top:0}
.mini .now{text-align:right;white-space:nowrap}
.mini .plot{grid-template-columns:46px minmax(0,1fr);height:96px}
.mini .xs{margin:5px 0 0 46px;display:flex;justify-content:space-between;height:auto}
.mini .xs span{position:static;transform:none}
.mini .line{stroke-width:1.3;opacity:.75}
.mini .old{opacity:.35}
.mini .dot{stroke-width:6;stroke-linecap:round}
.mini .dot.pass{stroke:var(--data)}
.mini .dot.fail{stroke:var(--fail);stroke-width:7.5;stroke-linecap:square}
.mini .dot.other{stroke:var(--inc)}
.mini .month{stroke:var(--rule);stroke-width:1;stroke-dasharray:2 3}
.mini .chg{font-size:13px;margin-top:6px;line-height:1.4;color:var(--soft)}
.mini .chg b{font-weight:640}
.mini.worse .chg b{color:var(--fail)}
.mini.better .chg b{color:var(--pass)}
.mini.worse,.mini.better{border-left:3px solid var(--fail);padding-left:12px;margin-left:-15px}
.mini.better{border-color:var(--pass)}
.dots{display:inline-flex;gap:7px;align-items:center}
.dots i{width:7px;height:7px;border-radius:50%;background:var(--data)}
.dots i.fail{border-radius:1px;background:var(--fail)}
.dots i.other{background:var(--inc)}
.tally{white-space:nowrap}
@media screen and (max-width:820px){
.news li{grid-template-columns:minmax(0,1fr) auto}
.news li>:nth-child(2){grid-row:2;grid-column:1/-1}
.monthly{grid-template-columns:minmax(0,1fr)}
.hs .en{flex:1;max-width:none;min-width:calc(100% - 140px)}
.hs .exp summary .mark{min-width:0}
.course{width:100%;flex-basis:100%;margin-left:0}
.hs .exp summary .es{padding-left:0;order:3}
.minis{gap:30px}
}
@media print{.minis{grid-template-columns:repeat(3,1fr);gap:18px 22px}.mini .plot{height:74px}.mini figcaption,.mini .chg,.news .why,.news .when{font-size:9px}.mini,.news li{break-inside:avoid}.course{width:150px}}
`
