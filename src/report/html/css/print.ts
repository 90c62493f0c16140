/** On paper: small, light, every experiment open. Browsers that do not know \`details-content\` print closed ones closed. */
export const PRINT_CSS = `
@page{size:A4;margin:13mm}
@media print{
:root{color-scheme:light;--paper:#fff;--wash:#f6f7f8;--ink:#1b2026;--soft:#57606b;--rule:#dfe3e7;--rule2:#c3cad1;--pass:#00705a;--fail:#b03410;--inc:#7a5b00;--err:#8b2f74;--off:#57606b;--data:#2b5c9e;--band:#2b5c9e26;--lost:#b9381238;--win:#5b6b7c14;--heat:#b93812;--passbg:#e7f3ef;--failbg:#fcece5;--incbg:#faf2dc;--errbg:#f7e9f3}
body{font-size:10.5px}
.page{max-width:none;padding:0}
header.top{padding-top:0}
h1{font-size:25px}
h1 .mark{font-size:23px}
h2{font-size:15px}
.say{font-size:13px}
section{margin-top:26px}
nav.toc,.pick,.skip,summary::after{display:none!important}
.broke,.chart,.ridges,.bar,.proof,tr{break-inside:avoid}
h2,h3,summary,.lead{break-after:avoid}
.scroll{overflow:visible}
table,.facts,.kv,.bar{font-size:10px}
.sub,.pm,.legend,.note,.plain thead th,.matrix thead th span,.heat thead th,.proof dd,.ys span,.xs,.tags span,.rn,.rl,.es,.chart figcaption,.ridges figcaption{font-size:9px!important}
.key dd,.en,.broke h3{font-size:12px}
.matrix{min-width:0}
.matrix thead th:first-child{width:20%}
.matrix .rec{width:11%}
.matrix td,.matrix tbody th{padding:6px 6px 6px 0}
.plain .r{white-space:normal}
.plot{height:96px;grid-template-columns:40px minmax(0,1fr) 76px}
.plot.tall{height:180px}
.xs{margin:4px 76px 0 40px}
.grid2{gap:14px 22px}
.heat td{height:34px;font-size:11px}
.target{font-size:8px}
.bar{grid-template-columns:190px minmax(0,1fr) 80px;min-height:22px}
details::details-content{content-visibility:visible!important;block-size:auto!important}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
a{text-decoration:none}
}
`
