/** Always a light theme, whatever the system setting, because a statement is laid out for print. */
export const STYLES = `
:root{color-scheme:light;--ink:#1a1f26;--faint:#5b6572;--line:#dfe3e8;--soft:#f5f7f9;--direct:#1f5f8b;--shared:#6aa84f;--idle:#d99a2b}
*{box-sizing:border-box}
body{margin:0;background:var(--soft);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;font-variant-numeric:tabular-nums}
main{max-width:56rem;margin:2rem auto;padding:3rem;background:#fff;border:1px solid var(--line);border-radius:6px}
header{display:flex;justify-content:space-between;gap:2rem;padding-bottom:1.25rem;border-bottom:2px solid var(--ink)}
header p{margin:0}
h1{margin:.1rem 0;font-size:2rem;line-height:1.2;overflow-wrap:anywhere}
h2{margin:2rem 0 .5rem;font-size:1.05rem}
.kind{color:var(--faint);text-transform:uppercase;letter-spacing:.08em;font-size:.78rem}
.month{font-size:1.1rem}
.number{text-align:right;color:var(--faint);font-size:.9rem}
.summary dl{display:flex;flex-wrap:wrap;gap:1rem 3rem;margin:1.5rem 0 1rem}
.summary dd{margin:0}
dt{color:var(--faint);font-size:.85rem}
.big{font-size:1.9rem;line-height:1.3;font-weight:600}
.than{color:var(--faint);font-size:.85rem}
.bar{display:flex;height:.8rem;border-radius:4px;overflow:hidden;background:var(--line);print-color-adjust:exact;-webkit-print-color-adjust:exact}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;margin:.5rem 0 0;padding:0;list-style:none;font-size:.85rem;color:var(--faint)}
.legend i{display:inline-block;width:.7em;height:.7em;margin-right:.4em;border-radius:2px;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.direct{background:var(--direct)}.shared{background:var(--shared)}.idle{background:var(--idle)}
table{width:100%;border-collapse:collapse;font-size:.92rem}
th{text-align:left;font-weight:500;color:var(--faint);font-size:.82rem}
th,td{padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
th:last-child,td:last-child{padding-right:0}
.right{text-align:right;white-space:nowrap}
tfoot td{font-weight:600;border-bottom:0;border-top:2px solid var(--ink)}
em{color:var(--faint);font-style:normal;font-size:.85em}
.empty{margin:2rem 0;color:var(--faint)}
footer{margin-top:2.5rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--faint);font-size:.8rem;overflow-wrap:anywhere}
footer p{margin:.2rem 0}
@media (max-width:40rem){main{margin:0;padding:1.25rem;border:0}header{flex-direction:column;gap:.5rem}.number{text-align:left}section{overflow-x:auto}}
@page{size:A4;margin:16mm 14mm}
@media print{body{background:#fff;font-size:10.5pt}main{max-width:none;margin:0;padding:0;border:0}section{break-inside:auto}h2{break-after:avoid}tr{break-inside:avoid}thead{display:table-header-group}footer{break-inside:avoid}}
`;
