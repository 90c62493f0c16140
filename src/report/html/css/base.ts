/** Colours, type, the head of the page, what broke. Colour is only for verdicts and data; everything else is ink. */
export const BASE_CSS = `
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
`
