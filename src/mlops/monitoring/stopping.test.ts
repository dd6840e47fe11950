import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { verifyJournals } from '../../platform/journal/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import { call, catchProblem, testApplication } from '../../testing/application.ts';
import { deletePredictions, recordPredictions } from '../predictions/schema.ts';

const DAYS = 3_000;

it('a server that is stopped while it settles a large back-fill ends in time, and loses nothing of it', async () => {
  const data = mkdtempSync(join(tmpdir(), 'stopping-'));
  const segments = () => readdirSync(join(data, 'journals', 'prediction')).filter((name) => name.endsWith('.jsonl'));
  const [first, now] = [Date.UTC(2018, 0, 1), Date.UTC(2026, 10, 28)];
  const clock = { now: () => now };
  {
    await using application = await testApplication({ clock }, { data, predictionFsync: 'interval' });
    const predictions = Array.from({ length: DAYS }, (_, day) => ({
      ...{ prediction: `p${day}`, model: 'ranker', output: 'yes' },
      predictedAt: new Date(first + day * DAY_MS).toISOString(),
    }));
    await call(application, recordPredictions, { body: { predictions } });
  }
  const before = segments();
  expect(before).toHaveLength(1);
  const application = await testApplication({ clock }, { data });
  // Settles first; a file for each of thousands of days takes longer than a stopping server has.
  const asking = catchProblem(call(application, deletePredictions, { body: { entity: 'of no row', dryRun: true } }));
  await expect.poll(() => existsSync(join(data, 'lake', 'prediction')), { timeout: 20_000 }).toBe(true);
  const startedAt = performance.now();
  await application[Symbol.asyncDispose]();
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  expect(await asking).toMatchObject({ code: 'server_stopping', status: 503 });
  expect(segments()).toEqual(before);
  expect(readdirSync(join(data, 'lake', 'prediction'))).toEqual([]);
  expect(await verifyJournals(join(data, 'journals'))).toEqual([]);
}, 60_000);
