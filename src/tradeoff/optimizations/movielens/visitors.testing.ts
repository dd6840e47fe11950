import { readFileSync } from 'node:fs';
import { argv, stdout } from 'node:process';

/**
 * For tests: visitors of an endpoint, as a separate process. `node visitors.testing.ts URL FILE`; the file has visitors with `user` and `relevant`
 * films. Each asks once, in order, eight at a time; then their films are sent as labels. Prints the number of answers.
 */
interface Visitor {
  readonly user: string;
  readonly relevant: readonly number[];
}

const AT_ONCE = 8;
const [, , url = '', file = ''] = argv;
const visitors = JSON.parse(readFileSync(file, 'utf8')) as Visitor[];

async function ask({ user, relevant }: Visitor) {
  const headers = { 'content-type': 'application/json', 'x-user': user };
  const body = JSON.stringify({ inputs: [[user]] });
  const answer = await fetch(`${url}/serve/films/invocations`, { method: 'POST', headers, body });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${answer.status} ${text}`);
  return { prediction: answer.headers.get('x-steelyard-prediction-id'), value: relevant };
}

const labels: Awaited<ReturnType<typeof ask>>[] = [];
for (let at = 0; at < visitors.length; at += AT_ONCE) {
  labels.push(...(await Promise.all(visitors.slice(at, at + AT_ONCE).map(ask))));
}
const headers = { 'content-type': 'application/json' };
const told = await fetch(`${url}/api/v1/labels`, {
  method: 'POST',
  headers,
  body: JSON.stringify({ model: 'films', labels }),
});
if (told.status !== 200) throw new Error(await told.text());
stdout.write(String(labels.length));
