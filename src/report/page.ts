import { escaped } from './markup.ts';

/** The look of every page, in a light and a dark theme. */
const PAGE_STYLE = `
:root { color-scheme: light dark; --line: #d8d8d0; --soft: #f5f5f0; --dim: #6b6b66; --hot: #b3261e; --mark: #8a6d00; }
@media (prefers-color-scheme: dark) { :root { --line: #3a3a40; --soft: #232327; --dim: #9a9a94; --hot: #f2776e; --mark: #e0b73b; } }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.35rem; } h3 { font-size: 1rem; } h2 { font-size: 1.1rem; margin-top: 2.2rem; border-top: 1px solid var(--line); padding-top: 1rem; }
pre, code, td { font-family: ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; font-size: 13px; }
pre { background: var(--soft); padding: .8rem; overflow-x: auto; border-radius: 4px; }
table { border-collapse: collapse; } th { text-align: left; padding: .2rem .9rem; }
td { padding: .15rem .9rem; border-top: 1px solid var(--line); vertical-align: top; white-space: pre-wrap; }
td.line { color: var(--dim); text-align: right; } .effect { color: var(--mark); } .note { color: var(--hot); font-family: system-ui, sans-serif; }
tr.call td { font-weight: bold; padding-top: .6rem; } tr.function td { font-style: italic; color: var(--dim); }
tr.folded { display: none; } .all tr.folded { display: table-row; opacity: .65; } tr.on td { background: var(--soft); }
.picture, .steps { overflow-x: auto; } dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .3rem 1rem; } dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; }
button { font: inherit; }`;

/** A page that needs nothing else: no network, no other file. @param body markup @param script empty: none runs */
export const page = (title: string, style: string, body: string, script: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${PAGE_STYLE}${style}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
${body}
<script>${script}</script>
</body>
</html>
`;
