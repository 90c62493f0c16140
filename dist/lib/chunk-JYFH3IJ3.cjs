var __defProp=Object.defineProperty;var __getOwnPropDesc=Object.getOwnPropertyDescriptor;var __getOwnPropNames=Object.getOwnPropertyNames;var __hasOwnProp=Object.prototype.hasOwnProperty;var __export=(target,all)=>{for(var name in all)__defProp(target,name,{get:all[name],enumerable:!0})},__copyProps=(to,from,except,desc)=>{if(from&&typeof from=="object"||typeof from=="function")for(let key of __getOwnPropNames(from))!__hasOwnProp.call(to,key)&&key!==except&&__defProp(to,key,{get:()=>from[key],enumerable:!(desc=__getOwnPropDesc(from,key))||desc.enumerable});return to};var __toCommonJS=mod=>__copyProps(__defProp({},"__esModule",{value:!0}),mod);var stdin_exports={};__export(stdin_exports,{areaPath:()=>areaPath,experimentMark:()=>experimentMark,linePath:()=>linePath,mark:()=>mark,shapeOf:()=>shapeOf,styleOf:()=>styleOf,stylesheet:()=>stylesheet});module.exports=__toCommonJS(stdin_exports);var import_chunk_2JTUPI6F=require("./chunk-2JTUPI6F.cjs"),import_chunk_ALIMJJ5B=require("./chunk-ALIMJJ5B.cjs"),BASE_CSS=`
:root{color-scheme:light dark;
--paper:#fff;--wash:#f6f7f8;--ink:#1b2026;--soft:#57606b;--rule:#dfe3e7;--rule2:#c3cad1;
--pass:#00705a;--fail:#b03410;--inc:#7a5b00;--err:#8b2f74;--off:#57606b;
--data:#2b5c9e;--band:#2b5c9e26;--lost:#b9381238;--win:#5b6b7c14;--heat:#b93812;
--passbg:#e7f3ef;--failbg:#fcece5;--incbg:#faf2dc;--errbg:#f7e9f3}
@media (prefers-color-scheme:dark){:root{
--paper:#14181d;--wash:#1b2027;--ink:#e6e9ed;--soft:#a3adb8;--rule:#2b323a;--rule2:#444e59;
--pass:#4cc2a0;--fail:#ff8a5c;--inc:#e0b341;--err:#e08bc8;--off:#a3adb8;
--data:#83b3ee;--band:#83b3ee2e;--lost:#ff8a5c42;--win:#a9b8c81a;--heat:#c4441f;
--passbg:#173029;--failbg:#38221a;--incbg:#332a12;--errbg:#33202e}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 Inter,ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:break-word}
code{font:.86em ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.name{overflow-wrap:anywhere}
a{color:inherit;text-decoration-color:var(--rule2);text-underline-offset:3px}
a:hover{text-decoration-color:currentColor}
:focus-visible{outline:2px solid var(--data);outline-offset:2px;border-radius:2px}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.4rem .8rem;z-index:9}
.page{max-width:1120px;margin:0 auto;padding:0 32px 80px}
h1,h2,h3,p,ul,dl,dd,figure{margin:0}
ul{padding:0;list-style:none}
h2{font-size:20px;line-height:1.3;font-weight:650;letter-spacing:-.01em}
h3{font-size:15px;font-weight:640;margin:22px 0 6px}
section{margin-top:56px}
section>.lead{color:var(--soft);max-width:100ch;margin:4px 0 20px;text-wrap:pretty}
.say p,.broke p,.note{text-wrap:pretty}
.mark{display:inline-flex;align-items:center;gap:.45em;font-weight:600;white-space:nowrap;vertical-align:-.22em}
.mark svg{width:1.15em;height:1.15em;flex:none;fill:none;stroke:var(--paper);stroke-width:2.2;stroke-linecap:round;stroke-linejoin:round;background:currentColor;border-radius:50%;padding:.09em}
.mark.fail svg{border-radius:.22em}
.mark.inconclusive svg{border-radius:50% 50% 50% 0}
.mark.error svg{border-radius:.22em .22em 50% 50%}
.mark.aborted svg{border-radius:.5em .1em}
.mark.off svg{border-radius:.3em;opacity:.7}
.mark.pass,.v-pass b{color:var(--pass)}
.mark.fail,.v-fail b{color:var(--fail)}
.mark.inconclusive,.v-inconclusive b{color:var(--inc)}
.mark.error,.v-error b{color:var(--err)}
.mark.aborted,.mark.off,.v-aborted b{color:var(--off)}
header.top{padding-top:40px}
.eyebrow{display:flex;flex-wrap:wrap;gap:4px 18px;color:var(--soft);font-size:13.5px}
.eyebrow b{color:var(--ink);font-weight:600}
h1{display:flex;align-items:flex-start;gap:14px;margin-top:20px;font-size:38px;line-height:1.15;font-weight:680;letter-spacing:-.022em}
h1 b{font-weight:inherit;margin-right:.18em}
h1 .mark{font-size:34px;vertical-align:0;margin-top:.14em}
h1 .mark svg{width:1em;height:1em}
.say{font-size:18px;line-height:1.5;max-width:78ch;margin-top:14px}
.say p+p{margin-top:6px}
.say b{font-weight:650}
.alert{margin-top:18px;padding:12px 16px;border-left:4px solid var(--err);background:var(--errbg);border-radius:0 6px 6px 0}
.alert li{margin-top:4px}
.key{display:grid;grid-template-columns:repeat(5,1fr);margin-top:28px;border-top:1px solid var(--rule);border-bottom:1px solid var(--rule)}
.key div{padding:14px 16px 13px 0}
.key div+div{padding-left:16px;border-left:1px solid var(--rule)}
.key dt{color:var(--soft);font-size:13px}
.key dd{font-size:17px;font-weight:620;margin-top:1px}
.key dd span{font-weight:400;font-size:13.5px;color:var(--soft)}
nav.toc{margin-top:18px;font-size:14px;color:var(--soft)}
nav.toc ul{display:flex;flex-wrap:wrap;gap:4px 20px}
nav.toc a{text-decoration:none;border-bottom:1px solid transparent;padding:3px 0;display:inline-block}
nav.toc a:hover{color:var(--ink);border-color:currentColor}
.brokes{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,290px),1fr));gap:36px;margin-top:18px}
.broke{border-top:3px solid var(--fail);padding-top:14px;min-width:0}
.broke.inconclusive{border-color:var(--inc)}
.broke.error{border-color:var(--err)}
.broke.aborted{border-color:var(--off)}
.broke p,.score{max-width:75ch}
.broke h3{font-size:17px;display:flex;gap:9px;align-items:flex-start;line-height:1.4;margin:0}
.broke h3+p{margin-top:4px}
.broke h3 .mark{margin-top:.12em}
.broke h3 a,.matrix a{text-decoration:none}
.broke h3 a:hover,.matrix a:hover{text-decoration:underline}
.score{margin:4px 0 10px;color:var(--soft)}
.score b{color:var(--ink)}
.hint{margin-top:12px;padding:10px 14px;background:var(--wash);border-radius:6px}
.hint b{margin-right:.35em}
.note,.nodata{color:var(--soft);font-size:13.5px;margin-top:10px;max-width:100ch}
.list{list-style:disc;padding-left:20px;font-size:14px}
footer{margin-top:64px;padding-top:16px;border-top:1px solid var(--rule);color:var(--soft);font-size:13px}
`,CHART_CSS=`
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
`,PHONE_CSS=`
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
`,PRINT_CSS=`
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
`,TABLE_CSS=`
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
`;function stylesheet(){return styleOf("")}function styleOf(more){let rules=[BASE_CSS,TABLE_CSS,CHART_CSS,PHONE_CSS,PRINT_CSS,more].join("");return new import_chunk_2JTUPI6F.Html(`<style>${rules.replace(/\n\s*/g,"")}</style>`)}var SIGNS={pass:import_chunk_2JTUPI6F.html`<path d="M3.2 8.4l3.1 3.2 6.5-7"/>`,fail:import_chunk_2JTUPI6F.html`<path d="M4 4l8 8M12 4l-8 8"/>`,inconclusive:import_chunk_2JTUPI6F.html`<path d="M5.4 5.6c.2-3.4 5.4-3.2 5.2.1-.1 2-2.6 2-2.6 4.1M8 12.6v.4"/>`,error:import_chunk_2JTUPI6F.html`<path d="M8 3v6.4M8 12.4v.4"/>`,aborted:import_chunk_2JTUPI6F.html`<path d="M5 5h6v6H5z"/>`,off:import_chunk_2JTUPI6F.html`<path d="M4.5 8h7"/>`},WORDS={pass:"pass",fail:"fail",inconclusive:"inconclusive",error:"error",aborted:"aborted",off:"not judged"};function mark(shape,{word=!1,instead=WORDS[shape]}={}){return import_chunk_2JTUPI6F.html`<span class="mark ${shape}"><svg viewBox="0 0 16 16" aria-hidden="true">${SIGNS[shape]}</svg><span${word?"":import_chunk_2JTUPI6F.html` class="sr"`}>${instead}</span></span>`}function shapeOf({ran,verdict}){return ran?verdict:"off"}function experimentMark(experiment,word=!1){return experiment.ran?mark(experiment.verdict,{word}):mark("off",{word,instead:import_chunk_ALIMJJ5B.NOT_RUN.word})}function linePath(points){let drawn=points.map(([x,y],index)=>`${index===0?"M":"L"}${(0,import_chunk_2JTUPI6F.coordinate)(x)} ${(0,import_chunk_2JTUPI6F.coordinate)(y)}`).join("");return points.length===1?`${drawn}h0`:drawn}function areaPath(points){return points.length===0?"":`${linePath(points)}Z`}0&&(module.exports={areaPath,experimentMark,linePath,mark,shapeOf,styleOf,stylesheet});
