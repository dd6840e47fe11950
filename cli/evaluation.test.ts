import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ServedFolder, serveFolder, temporaryFolder } from './testing.ts';

const POLICY = `apiVersion: steelyard/v1
kind: Policy
metadata: {name: tested}
spec:
  model: ranker
  currency: USD
  alpha: 0.05
  quality: [{metric: accuracy, direction: higher, nonInferiority: {margin: '0.02'}}]
  cost: [{measure: trainingCost, atMost: '1'}]
  approvals: [{role: finance}]
`;

const folder = temporaryFolder();
const policyFile = join(folder, 'policy.yaml');
let server: ServedFolder;

beforeAll(async () => {
  server = await serveFolder();
  writeFileSync(policyFile, POLICY);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

async function mlflow<T>(path: string, body: object): Promise<T> {
  const answer = await fetch(`${server.url}/api/2.0/mlflow/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as T;
}

async function registerVersion(): Promise<string> {
  const { run } = await mlflow<{ run: { info: { run_id: string } } }>('runs/create', { experiment_id: '0' });
  const id = run.info.run_id;
  await mlflow('registered-models/create', { name: 'ranker' }).catch(() => undefined);
  await mlflow('model-versions/create', {
    ...{ name: 'ranker', source: `mlflow-artifacts:/0/${id}/artifacts/model`, run_id: id },
  });
  return id;
}

function writeOutcomes(name: string, wrongEvery: number): string {
  const lines = Array.from({ length: 2_000 }, (_, at) => `e${at},${at % wrongEvery === 0 ? 0 : 1}`);
  const file = join(folder, name);
  writeFileSync(file, `id,correct\n${lines.join('\n')}\n`);
  return file;
}

it('imports, lists and shows evaluations, and gates on them with approvals', async () => {
  const [champion, candidate] = [await registerVersion(), await registerVersion()];
  const file = writeOutcomes('outcomes.csv', 10);
  const importFile = (path: string, run: string) =>
    server.run('evaluation', 'import', path, '--run', run, '--id', 'id', '--correct', 'correct');
  expect(await importFile(file, champion)).toMatchObject({
    ...{ code: 0, out: 'Imported evaluation default v1: 2,000 examples; correct 0.9.\n' },
  });
  expect((await importFile(file, champion)).out).toBe(
    'Unchanged: evaluation default v1 has the same 2,000 examples.\n',
  );
  await importFile(writeOutcomes('better.csv', 11), candidate);
  const list = await server.run('evaluation', 'list', '--run', champion, '--json');
  const { evaluations } = JSON.parse(list.out) as { evaluations: { evaluation: string }[] };
  const shown = await server.run('evaluation', 'show', evaluations[0]?.evaluation ?? '');
  expect(shown.out).toMatch(/default v1[\s\S]*OUTCOME[\s\S]*correct\s+binary\s+0\.9/);
  await mlflow('registered-models/alias', { name: 'ranker', alias: 'champion', version: '1' });
  expect(await server.run('apply', '-f', policyFile)).toMatchObject({ code: 0 });
  const checked = await server.run('gate', 'check', 'ranker', '2', '--policy', 'tested', '--dry-run');
  expect(checked.code).toBe(10);
  expect(checked.out).toContain('Tests at a one-sided alpha of 0.05; look 1 of 1.');
  expect(checked.out).toContain(
    'accuracy non-inferior to @champion: Tango score interval, one-sided alpha 0.05, 2,000 examples',
  );
  expect(checked.out).toMatch(/Approvals\n[\s\S]*approval by finance/);
  const approved = await server.run('gate', 'approve', 'ranker', '2', '--policy', 'tested');
  expect(approved.out).toBe('Approved ranker 2 by tested v1. Approvals: local (local)\n');
});

it.each([
  ['no file and no artifact', ['--correct', 'c'], 'Name a FILE, or an artifact'],
  ['no outcome', ['--artifact', 'a.json'], 'Name an outcome'],
  ['a cost without its currency', ['--artifact', 'a.json', '--correct', 'c', '--cost', 'usd'], 'belong together'],
])('refuses an import with %s', async (_what, words, sentence) => {
  const ended = await server.run('evaluation', 'import', '--run', 'r', '--id', 'id', ...words);
  expect(ended).toMatchObject({ code: 2, err: expect.stringContaining(sentence) });
});
