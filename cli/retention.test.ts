import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type ServedFolder, serveFolder, temporaryFolder } from './testing.ts';

let server: ServedFolder;

beforeAll(async () => {
  server = await serveFolder();
});
afterAll(() => server[Symbol.asyncDispose]());

async function deletedRun(): Promise<string> {
  const post = async (path: string, message: object) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${server.url}/api/2.0/mlflow/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(message),
    });
    expect(answer.status).toBe(200);
    return z
      .looseObject({ run: z.object({ info: z.object({ run_id: z.string() }) }).optional() })
      .parse(await answer.json());
  };
  const { run } = await post('runs/create', { experiment_id: '0', run_name: 'old' });
  const run_id = run?.info.run_id ?? '';
  await post('runs/log-metric', { run_id, key: 'loss', value: 1, timestamp: 1, step: 1 });
  const artifact = `${server.url}/api/2.0/mlflow-artifacts/artifacts/0/${run_id}/artifacts/a`;
  await fetch(artifact, { method: 'PUT', body: '12345' });
  await post('runs/delete', { run_id });
  return run_id;
}

describe('steelyard retention', () => {
  it('shows what it would remove, removes it only when told to, and says the same', async () => {
    const folder = join(temporaryFolder(), 'config');
    mkdirSync(folder);
    const policy = 'apiVersion: steelyard/v1\nkind: Retention\nmetadata: {name: now}\nspec: {keepDeletedDays: 0}\n';
    writeFileSync(join(folder, 'retention.yaml'), policy);
    expect((await server.run('retention', 'list')).err).toContain('kept forever');
    expect((await server.run('apply', '-f', folder)).code).toBe(0);
    const runId = await deletedRun();

    expect((await server.run('retention', 'list')).out).toMatch(/now +0 days +all/);
    expect((await server.run('retention', 'deleted')).out).toMatch(new RegExp(`${runId} +old .* 1 +5 B +—`));
    const size = '1 run, 0 logged models, 1 metric sample, 1 artifact of 5 B, cost 1 run of unknown cost';
    expect((await server.run('retention', 'preview', 'now')).out).toContain(`a run removes ${size}.`);

    const unsaid = await server.run('retention', 'run', 'now');
    expect([unsaid.code, unsaid.out]).toEqual([2, '']);
    expect(unsaid.err).toContain('--confirm');
    expect((await server.run('run', 'show', runId)).code).toBe(0);

    const ended = await server.run('retention', 'run', 'now', '--confirm');
    expect([ended.code, ended.out]).toEqual([0, `Removed ${size}.\n`]);
    expect((await server.run('run', 'show', runId)).code).toBe(4);
    const again = JSON.parse((await server.run('retention', 'run', 'now', '--confirm', '--json')).out);
    expect(again.removed).toMatchObject({ runs: 0, artifactBytes: 0, costs: [] });
  });

  it('shows what retention by age deletes of every table', async () => {
    const { code, out } = await server.run('retention', 'tables', '--raw-bill-days', '30');
    expect(code).toBe(0);
    expect(out).toContain('predictions: kept forever (predictionDays is not set)');
    expect(out).toMatch(/readings of GPUs, one by one: deletes 0 rows in 0 files of 0 B, before \d{4}-/);
    expect(out).toMatch(/raw bill files: deletes 0 rows in 0 files of 0 B, before \d{4}-/);
    const { tables } = JSON.parse((await server.run('retention', 'tables', '--json')).out);
    expect(tables).toHaveLength(6);
  });

  it('says that there is no such policy', async () => {
    const { code, err } = await server.run('retention', 'preview', 'nope');
    expect([code, err.includes('retention policy "nope"')]).toEqual([4, true]);
  });
});
