/** The style of the page; the policy of the page names its digest. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --paper: #f6f5f2; --card: #ffffff; --ink: #1c2126; --soft: #59626c; --line: #d9d8d2;
  --ok: #14713f; --note: #33608f; --warning: #8a5a00; --failed: #b3261e; --skipped: #6b7280;
  --ok-bg: #e4f4ea; --note-bg: #e7eff8; --warning-bg: #fbf0d9; --failed-bg: #fbe6e4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171a; --card: #1d2226; --ink: #e8e9ea; --soft: #a4adb6; --line: #343b42;
    --ok: #62cf94; --note: #8dbcf0; --warning: #e8b84f; --failed: #ff8a80; --skipped: #98a1ab;
    --ok-bg: #15301f; --note-bg: #172a3f; --warning-bg: #36290c; --failed-bg: #3d1a17;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
main, header, footer { max-width: 90rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 2.25rem; }
footer { padding-bottom: 3rem; color: var(--soft); font-size: .85rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; }
p { margin: .35rem 0; }
.eyebrow { color: var(--soft); font-size: .8rem; letter-spacing: .08em; text-transform: uppercase; }
.facts { color: var(--soft); font-size: .9rem; margin-top: .4rem; }
.verdicts { display: grid; grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr));
  gap: 1rem; margin: 1.5rem 0 0; }
.verdict { background: var(--card); border: 1px solid var(--line); border-radius: 12px;
  border-left: 6px solid var(--tone); padding: 1rem 1.25rem; }
.verdict h2 { margin: 0; font-size: .85rem; font-weight: 600; color: var(--soft); }
.verdict strong { display: block; font-size: 1.25rem; color: var(--tone); }
.verdict code { display: inline-block; margin-top: .35rem; }
.ok { --tone: var(--ok); --tone-bg: var(--ok-bg); }
.note { --tone: var(--note); --tone-bg: var(--note-bg); }
.warning { --tone: var(--warning); --tone-bg: var(--warning-bg); }
.failed { --tone: var(--failed); --tone-bg: var(--failed-bg); }
.skipped { --tone: var(--skipped); --tone-bg: transparent; }
code { font: .85em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace;
  overflow-wrap: anywhere; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line);
  border-radius: 12px; padding: 1rem; }
.flow { display: block; width: 100%; min-width: 68rem; height: auto; }
.flow text { font: 11.5px ui-monospace, "SF Mono", Menlo, Consolas, monospace;
  fill: var(--soft); }
.flow .heading { font-weight: 700; fill: var(--ink); }
.flow .mark { font-size: 13px; fill: var(--tone); }
.flow .column { font: 600 12px system-ui, sans-serif; fill: var(--soft); }
.flow .card { fill: var(--tone-bg); stroke: var(--tone); stroke-opacity: .45; }
.flow .bar { fill: var(--tone); }
.flow .edge { fill: none; stroke: var(--tone); stroke-width: 1.75; stroke-opacity: .7; }
.flow .edge.failed { stroke-dasharray: 5 4; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
caption { text-align: left; color: var(--soft); padding-bottom: .5rem; }
th, td { text-align: left; padding: .4rem 1rem .4rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; overflow-wrap: anywhere; }
tr:last-child > * { border-bottom: 0; }
th[scope=row] { font-weight: 400; }
tr.depth-0 th { font-weight: 700; }
tr.depth-1 th { padding-left: 1.25rem; }
tr.depth-2 th { padding-left: 2.5rem; color: var(--soft); }
tr.differs td { background: var(--warning-bg); }
td span { color: var(--tone); font-weight: 600; }
.todo { margin: 0; padding: 0; list-style: none; display: grid; gap: .6rem; }
.todo li { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  border-left: 4px solid var(--tone); padding: .6rem 1rem; }
.todo small { color: var(--soft); font-size: .85rem; }
.steps, .steps ul { list-style: none; margin: 0; padding: 0; }
.steps ul { margin-left: .6rem; padding-left: 1.1rem; border-left: 1px solid var(--line); }
.steps details { padding: .2rem 0; }
summary { cursor: pointer; border-radius: 6px; padding: .1rem .3rem; overflow-wrap: anywhere; }
summary:focus-visible { outline: 2px solid var(--note); outline-offset: 1px; }
.ms { color: var(--soft); font-size: .8rem; white-space: nowrap; }
.sign { color: var(--tone); font-weight: 700; display: inline-block; width: 1.1em; }
.result { color: var(--tone); margin: 0 0 0 1.6rem; overflow-wrap: anywhere; }
.more { margin: .2rem 0 .2rem 1.6rem; padding: 0 0 0 1rem; color: var(--soft); font-size: .9rem; }
.more li { list-style: "– "; overflow-wrap: anywhere; }
.advice { margin: .25rem 0 .25rem 1.6rem; padding: .35rem .75rem; border-radius: 6px;
  background: var(--warning-bg); font-size: .92rem; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; }
@media print { .scroll { overflow: visible; } }
`
