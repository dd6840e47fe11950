import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerModel, type ServedFolder, serveFolder, temporaryFolder, writeLines } from './testing.ts';

const folder = temporaryFolder();
let server: ServedFolder;

beforeAll(async () => {
  server = await serveFolder();
  await registerModel(server, 'ranker');
  const predictions = Array.from({ length: 20 }, (_, at) => ({
    ...{ prediction: `req-${at}`, model: 'ranker', modelVersion: '1', output: 1 },
  }));
  await server.post('/api/v1/predictions', { predictions });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const write = (name: string, lines: readonly string[]) => writeLines(folder, name, lines);

const now = new Date().toISOString();

it('imports outcome events from CSV and NDJSON, names rejected lines, and shows value and evidence', async () => {
  const rows = Array.from({ length: 12 }, (_, at) => `e${at},req-${at},${now},2.5`);
  const csv = write('orders.csv', ['id,prediction,at,amount', ...rows, `bad,,${now},1.0000001`]);
  const terms = ['--model', 'ranker', '--currency', 'EUR'];
  const imported = await server.run('value', 'import', csv, ...terms);
  expect(imported).toMatchObject({ code: 1, out: expect.stringContaining('Imported 12 outcome events.') });
  expect(imported.out).toContain('line 14: amount: at most 6 decimals');
  const refund = { id: 'r', model: 'ranker', version: '1', at: now, amount: '-10', currency: 'EUR' };
  const ndjson = write('more.ndjson', [JSON.stringify(refund), '', JSON.stringify(refund)]);
  const more = await server.run('value', 'import', ndjson);
  expect(more).toMatchObject({ code: 0, out: 'Imported 1 outcome event. 1 event stored before.\n' });
  const end = new Date(Date.now() + 60_000).toISOString();
  const shown = await server.run('value', 'show', 'ranker', '--end', end);
  expect(shown.out).toMatch(/completeness\s+100 % of the outcome events have a version/);
  // 12 x 2.5 - 10 over 20 predictions.
  expect(shown.out).toMatch(/\n\s+1\s+€1\.00/);
  const evidence = await server.run('evidence', 'show', 'ranker', '1');
  expect(evidence.code).toBe(0);
  for (const title of ['prices as of', 'bill deliveries', 'Making cost', 'Value of a prediction', 'COMPLETENESS']) {
    expect(evidence.out).toContain(title);
  }
});

it.each([
  ['lacks a column', 'short.csv', ['id,at', `a,${now}`], 'lacks the column amount'],
  ['has an unknown column', 'wide.csv', ['id,at,amount,colour', `a,${now},1,c`], 'has the unknown column colour'],
  ['is not NDJSON', 'broken.ndjson', ['{"id":'], 'Line 1 of'],
])('refuses a file that %s', async (_what, name, lines, sentence) => {
  const ended = await server.run('value', 'import', write(name, lines));
  expect(ended).toMatchObject({ code: 2, err: expect.stringContaining(sentence) });
});

it('names a file that is not there, and a model that is not registered', async () => {
  expect(await server.run('value', 'import', join(folder, 'none.csv'))).toMatchObject({
    ...{ code: 1, err: expect.stringContaining('does not exist') },
  });
  expect(await server.run('value', 'show', 'nothing')).toMatchObject({ code: 4 });
});
