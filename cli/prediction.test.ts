import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordPredictions } from '../src/mlops/predictions/schema.ts';
import { type ServedFolder, serveFolder } from './testing.ts';

let server: ServedFolder;

beforeAll(async () => {
  server = await serveFolder();
});
afterAll(() => server[Symbol.asyncDispose]());

async function predict(...entities: string[]): Promise<void> {
  const predictedAt = new Date(Date.now() - 40 * 86_400_000).toISOString();
  const predictions = entities.map((entity, at) => {
    return { prediction: `p${at}`, model: 'churn', output: 1, entity, predictedAt };
  });
  const answer = await fetch(`${server.url}${recordPredictions.path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ predictions }),
  });
  expect(answer.status).toBe(200);
}

it('shows what is deleted of a subject, deletes it only when told to, and says the same', async () => {
  await predict('anna', 'bert', 'anna');
  const unsaid = await server.run('prediction', 'delete', '--entity', 'anna');
  expect([unsaid.code, unsaid.out]).toEqual([2, '']);
  expect(unsaid.err).toContain('Deletes 2 predictions and 0 labels.');
  expect(unsaid.err).toContain('--confirm');
  const preview = await server.run('prediction', 'retention', '--prediction-days', '30');
  expect(preview.out).toMatch(/^predictions: deletes 3 rows in 1 file of .+ before \d{4}-\d{2}-\d{2}, of /);
  expect(preview.out).toContain('labels: kept forever');
  const done = await server.run('prediction', 'delete', '--entity', 'anna', '--confirm');
  expect([done.code, done.out]).toEqual([0, 'Deleted 2 predictions and 0 labels.\n']);
  const again = JSON.parse((await server.run('prediction', 'delete', '--entity', 'anna', '--confirm', '--json')).out);
  expect(again).toMatchObject({ entity: 'anna', predictions: { rows: 0 }, dryRun: false });
});
