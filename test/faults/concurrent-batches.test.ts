import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createApplication } from '../../src/main.ts';
import { mlflow, newRun, post } from '../../src/mlops/wire/testing.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { draws } from '../../src/testing/deep.ts';
import { type Databases, findPostgres, runDatabases } from '../support/postgres.ts';

const WRITERS = 8;
const BATCHES_A_WRITER = draws(1250);
const KEYS = Array.from({ length: 6 }, (_, index) => `metric_${index}`);

/** Concurrent writers of one run, half of them in the opposite order of keys, each with different steps. */
async function writeAll(database: string): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'concurrent-batches-'));
  const { config } = loadConfig({ environment: {}, flags: { data, database, logLevel: 'silent' } });
  await using application = await createApplication(config);
  const runId = await newRun(application);
  const failures: unknown[] = [];
  const write = async (writer: number): Promise<void> => {
    const keys = writer % 2 === 0 ? KEYS : KEYS.toReversed();
    for (let batch = 0; batch < BATCHES_A_WRITER; batch++) {
      const step = batch * WRITERS + writer;
      const metrics = keys.map((key) => ({ key, value: step, timestamp: step, step }));
      const answer = await mlflow(application, 'POST', 'runs/log-batch', { run_id: runId, metrics });
      if (answer.status !== 200) failures.push(answer);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
  expect(failures).toEqual([]);
  const steps = Array.from({ length: WRITERS * BATCHES_A_WRITER }, (_, step) => step);
  const { run } = (await mlflow(application, 'GET', 'runs/get', { run_id: runId })).body;
  const last = steps.length - 1;
  expect(run).toMatchObject({
    data: { metrics: KEYS.map((key) => ({ key, value: last, timestamp: last, step: last })) },
  });
  for (const key of KEYS) expect(await stepsOf(application, runId, key)).toEqual(steps);
}

async function stepsOf(application: Parameters<typeof mlflow>[0], runId: string, key: string): Promise<number[]> {
  const { body } = await mlflow(application, 'GET', 'metrics/get-history', { run_id: runId, metric_key: key });
  return Array.isArray(body.metrics) ? body.metrics.map((metric) => Number(metric.step)) : [];
}

describe(`${WRITERS} writers with opposite orders of keys, ${WRITERS * BATCHES_A_WRITER} batches`, () => {
  it('have no error and lose no point on SQLite', () => writeAll('sqlite'));

  const bin = findPostgres();
  describe.skipIf(bin === null)('on PostgreSQL (skipped where it is not installed)', () => {
    let server: Databases;
    beforeAll(async () => {
      server = await runDatabases();
    });

    it('have no error and lose no point', async () => writeAll(await server.newDatabase()));

    it('come in through two servers on one database', async () => {
      const database = await server.newDatabase();
      const [one, other] = [await openOn(database), await openOn(database)];
      await using _one = one;
      await using _other = other;
      const runId = await newRun(one);
      const write = async (writer: number) => {
        const keys = writer % 2 === 0 ? KEYS : KEYS.toReversed();
        for (let batch = 0; batch < 50; batch++) {
          const step = batch * WRITERS + writer;
          const metrics = keys.map((key) => ({ key, value: step, timestamp: step, step }));
          await post(writer < 4 ? one : other, 'runs/log-batch', { run_id: runId, metrics });
        }
      };
      await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
      for (const key of KEYS) expect(await stepsOf(other, runId, key)).toHaveLength(50 * WRITERS);
    });
  });
});

function openOn(database: string) {
  const data = mkdtempSync(join(tmpdir(), 'concurrent-batches-'));
  return createApplication(loadConfig({ environment: {}, flags: { data, database, logLevel: 'silent' } }).config);
}
