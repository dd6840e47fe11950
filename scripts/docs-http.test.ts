import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InjectOptions } from 'fastify';
import { expect, it } from 'vitest';
import { testApplication } from '../src/testing/application.ts';
import { readDocument, root, shellLinesOf } from './markdown.ts';

const ADDRESS = 'http://127.0.0.1:4610';

/** The words of a shell line, with single and double quotes taken off. No variables, no substitutions. */
function wordsOf(line: string): string[] {
  const words = line.matchAll(/(?:'([^']*)'|"([^"]*)"|[^\s'"]+)+/g);
  return [...words].map(([word]) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'));
}

/** A `curl` line as a request; `@file` is read from the checkout. */
function requestOf(line: string): InjectOptions {
  const [, ...words] = wordsOf(line);
  const headers: Record<string, string> = { host: '127.0.0.1:4610' };
  const request: InjectOptions = { headers };
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const value = () => words[++at] ?? '';
    if (word === '-X') request.method = value() as 'POST';
    else if (word === '-H') {
      const [name = '', content = ''] = value().split(': ');
      headers[name.toLowerCase()] = content;
    } else if (word === '-d' || word === '--data-binary') {
      const data = value();
      request.method ??= 'POST';
      request.payload = data.startsWith('@') ? readFileSync(join(root, data.slice(1))) : data;
    } else if (word.startsWith(ADDRESS)) request.url = word.slice(ADDRESS.length);
    else if (!/^-[sS]+$/.test(word)) throw new Error(`this test does not know "${word}" of: ${line}`);
  }
  return request;
}

it('every curl of docs/http.md works, one after another, against a new server', async () => {
  await using application = await testApplication();
  const lines = shellLinesOf(readDocument('docs/http.md')).filter((line) => line.startsWith('curl '));
  expect(lines.length).toBeGreaterThan(5);
  let upload = '';
  for (const line of lines) {
    const answer = await application.http.inject(requestOf(line.replaceAll(/u_[0-9a-f]{32}/g, upload)));
    expect(answer.statusCode, `${line}\n${answer.body}`).toBe(200);
    upload = /"upload":"(u_[0-9a-f]{32})"/.exec(answer.body)?.[1] ?? upload;
  }
});
