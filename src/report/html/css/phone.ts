/** Below 820 px the matrix turns into one block an experiment, and rows of evidence into cards. */
export const PHONE_CSS = `
@media screen and (max-width:820px){
.page{padding:0 18px 56px}
header.top{padding-top:24px}
h1{font-size:27px;gap:11px}
h1 .mark{font-size:27px;margin-top:.06em}
.say{font-size:16.5px}
section{margin-top:44px}
.key{grid-template-columns:1fr 1fr}
.key div,.key div+div{padding:11px 12px 10px 0;border-left:0}
.key div:nth-child(even){padding-left:14px;border-left:1px solid var(--rule)}
.key div:nth-child(n+3){border-top:1px solid var(--rule)}
.key div:last-child:nth-child(odd){grid-column:1/-1}
.grid2,.two{grid-template-columns:minmax(0,1fr)}
.brokes{gap:28px}
.matrix,.matrix tbody,.matrix tr,.matrix td,.matrix tbody th{display:block;width:auto;min-width:0}
.matrix thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
.matrix tr{padding:14px 0 6px;border-top:1px solid var(--rule2)}
.matrix tbody th,.matrix td{border:0;padding:5px 0}
.matrix tbody th{font-size:16px;padding-bottom:8px}
.matrix td,.matrix .rec{display:grid;width:auto;grid-template-columns:92px minmax(0,1fr);gap:10px;padding:7px 0;border-radius:6px}
.matrix td.fail,.matrix td.inconclusive,.matrix td.error{padding:7px 8px;margin:2px 0}
.matrix td::before{content:attr(data-o);color:var(--soft);font-size:13.5px;overflow-wrap:anywhere}
.offword{padding-left:22px}
.exp summary{flex-wrap:wrap;position:relative;padding-right:24px}
.exp summary .mark{min-width:0}
.exp summary .mark span{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.exp summary::after{position:absolute;right:4px;top:20px}
.es{flex-basis:100%;padding-left:31px}
.en{flex:1}
.chart figcaption{flex-wrap:wrap}
.chart figcaption .ct{display:block}
.chart figcaption .ct .mark{margin-right:5px;vertical-align:-.15em}
.cv{white-space:normal}
.plot{grid-template-columns:46px minmax(0,1fr)}
.ys{grid-area:1/1}
.pane,.tags{grid-area:1/2}
.tags{pointer-events:none}
.tags span{left:auto;right:3px;transform:translateY(4px);background:var(--paper);padding:1px 4px;border-radius:3px}
.xs{margin:6px 0 0 46px}
.xs .close{display:none}
.rl{white-space:nowrap}
.ridge{grid-template-columns:auto minmax(0,1fr);row-gap:2px;margin-top:10px}
.ridge .rp{grid-column:1/-1;grid-row:2}
.rn{padding-left:8px;display:flex;flex-wrap:wrap;justify-content:flex-end;gap:0 10px}
.rx{margin-top:0}
.rx .rp{grid-row:1}
.bar{grid-template-columns:minmax(0,1fr) auto;gap:2px 12px;padding:7px 0}
.bar .bp{grid-row:2;grid-column:1/-1}
.bar .bn{grid-row:1;grid-column:2}
.bp .lim{top:-2px;height:18px}
.evi td[data-l=on] code{white-space:normal}
.bx .bp{height:14px}
.bx>span{display:none}
.heat{table-layout:auto;min-width:calc(100% + 1px)}
.heat thead th+th{min-width:98px}
.heat th:first-child,.heat.turned th:first-child{position:sticky;left:0;width:auto;min-width:96px;background:var(--paper);z-index:1}
.proof{grid-template-columns:1fr 1fr}
.proof div,.proof div:first-child{padding:11px 10px}
.proof div:nth-child(odd){padding-left:0;border-left:0}
.proof div:nth-child(n+3){border-top:1px solid var(--rule)}
.facts{columns:1}
.steps .r{padding-right:12px}
.steps .r:nth-child(4){display:none}
.evi thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
.evi,.evi tbody,.evi tr,.evi th,.evi td{display:block}
.evi tr{padding:10px 0;border-bottom:1px solid var(--rule)}
.plain.evi th,.plain.evi td{border:0;padding:1px 0}
.plain.evi td{display:grid;grid-template-columns:92px minmax(0,1fr)}
.evi td::before{content:attr(data-l);color:var(--soft)}
}
`
