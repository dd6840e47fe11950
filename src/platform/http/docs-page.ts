import type { Endpoint } from '../contract/schema.ts';
import { errorTable } from '../errors/index.ts';
import { openApiDocument } from './openapi.ts';
import type { Plugin } from './route.ts';

/**
 * `/api/openapi.json` and an HTML page of it, without scripts or other origins. Both are built from the endpoints on first
 * request and then kept: building takes some 200 ms of CPU, and most processes (a command, a test) never serve them.
 */
export function createDocsPlugin(endpoints: readonly Endpoint[], version: string): Plugin {
  let document: string | undefined;
  let page: string | undefined;
  return (app) => {
    app.get('/api/openapi.json', { config: { scope: 'open' } }, (_request, reply) => {
      document ??= JSON.stringify(openApiDocument(endpoints, version));
      return reply.type('application/json; charset=utf-8').send(document);
    });
    app.get('/api/docs', { config: { scope: 'open' } }, (_request, reply) => {
      page ??= renderDocsPage(endpoints, version);
      return reply.type('text/html; charset=utf-8').send(page);
    });
  };
}

function renderDocsPage(endpoints: readonly Endpoint[], version: string): string {
  const groups = Map.groupBy(endpoints, (target) => target.path.split('/')[3] ?? 'platform');
  const sections = [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, group]) => renderSection(name, group));
  const errors = Object.entries(errorTable).map(
    ([code, { status, exitCode, title }]) =>
      `<tr id="error-${code}"><td><code>${code}</code></td><td>${status}</td><td>${exitCode}</td><td>${escapeHtml(title)}</td></tr>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Steelyard API</title><style>${STYLE}</style>
<main><h1>Steelyard API <small>${escapeHtml(version)}</small></h1>
<p>Machine-readable: <a href="/api/openapi.json">OpenAPI 3.1</a>. MLflow clients use their own routes under <code>/api/2.0/mlflow</code>. <a href="/">Web app</a></p>
<nav>${[...groups.keys()]
    .toSorted()
    .map((name) => `<a href="#${name}">${name}</a>`)
    .join(' ')} <a href="#errors">errors</a></nav>
${sections.join('\n')}
<h2 id="errors">Errors</h2><p>Every error is problem details (RFC 9457) with one of these codes.</p>
<table><thead><tr><th>code</th><th>HTTP</th><th>exit</th><th>meaning</th></tr></thead><tbody>${errors.join('')}</tbody></table></main></html>`;
}

function renderSection(name: string, group: readonly Endpoint[]): string {
  return `<h2 id="${name}">${name}</h2>${group.map(renderEntry).join('')}`;
}

function renderEntry(target: Endpoint): string {
  const fields = [...renderFieldRows(target.params.shape, 'path'), ...renderFieldRows(target.query.shape, 'query')];
  const table = fields.length === 0 ? '' : `<table><tbody>${fields.join('')}</tbody></table>`;
  const errors = target.errors.map((code) => `<a href="#error-${code}"><code>${code}</code></a>`).join(' ');
  return `<details><summary><b>${target.method}</b> <code>${escapeHtml(target.path)}</code> ${escapeHtml(target.summary)}</summary>
<p>Scope <code>${target.scope}</code></p>${table}<p>${errors === '' ? '' : `Errors: ${errors}`}</p></details>`;
}

function renderFieldRows(
  shape: Readonly<Record<string, { description?: string | undefined }>>,
  place: string,
): string[] {
  return Object.entries(shape).map(
    ([name, schema]) =>
      `<tr><td><code>${escapeHtml(name)}</code></td><td>${place}</td><td>${escapeHtml(schema.description ?? '')}</td></tr>`,
  );
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const STYLE = `:root{color-scheme:light dark}body{font:14px/1.5 system-ui,sans-serif;margin:0}main{max-width:60rem;margin:2rem auto;padding:0 1rem}
nav a{margin-right:.75rem}table{border-collapse:collapse;width:100%;margin:.5rem 0}td,th{text-align:left;padding:4px 8px;border-bottom:1px solid #8884}
details{border-bottom:1px solid #8884;padding:8px 0}summary{cursor:pointer}small{font-weight:normal;opacity:.7}:target{outline:2px solid}`;
