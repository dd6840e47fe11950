import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openGround } from '../../monitoring/room.testing.ts';
import { MonitorSpec } from '../../monitors/schema.ts';
import { createFreshRows } from './fresh-rows.ts';
import { createStoredRows, type StoredRows } from './stored-rows.ts';
import { readWindows } from './windows.ts';

const spec = MonitorSpec.parse({ model: 'ranker', quality: { kind: 'classification', output: 'answer' } });
const monitor = { monitor: 'watch', spec };
const all = { by: 'all' as const, spec, selection: { model: 'ranker' } };

it('score the log once for all questions of one state, and again for those that come after new rows', async () => {
  const { ground, opened, folder, dispose } = await openGround('sqlite');
  onTestFinished(dispose);
  const { predictions, labels } = opened;
  const tables = { predictions, labels };
  const predict = (prediction: string) =>
    predictions.append([
      {
        ...{ prediction, model: 'ranker', modelVersion: '1', inputs: '{"country":"de"}', output: '{"answer":"yes"}' },
        ...{ predictedAt: '2026-11-09T12:00:00Z', recordedAt: '2026-11-10T11:00:00Z' },
      },
    ]);
  const files = () => readdirSync(join(folder, 'lake', '.spill')).filter((name) => name.endsWith('.parquet'));

  let scorings = 0;
  let waiting: Promise<unknown> = Promise.resolve();
  const stored = createStoredRows(ground);
  const write: StoredRows['write'] = async (...rows) => {
    scorings += 1;
    await waiting;
    return stored.write(...rows);
  };
  const fresh = createFreshRows({ ...ground, ...tables, rows: { write } });
  const count = (since = performance.now()) =>
    fresh.use(monitor, since, async (rows) => (await rows.showCut(all)).windows[0]?.predictions);

  await predict('first');
  const before = performance.now();
  expect(await Promise.all(Array.from({ length: 10 }, () => count()))).toEqual(Array(10).fill(1));
  expect([await count(), scorings]).toEqual([1, 1]);
  const { windows } = await readWindows(tables, all);
  await fresh.use(monitor, performance.now(), async (rows) => {
    expect((await rows.showCut(all)).windows).toEqual(windows);
    expect(await rows.countVersions(all.selection)).toMatchObject([{ version: '1', predictions: 1 }]);
    expect(await rows.inputNames(windows)).toEqual(['country']);
  });

  // A question of an answer that began before the row arrived does not need it.
  await predict('second');
  expect([await count(before), scorings]).toEqual([1, 1]);
  expect([await count(), scorings]).toEqual([2, 2]);
  await expect.poll(files).toHaveLength(1);

  // Questions during a scoring share the next one.
  const { promise, resolve } = Promise.withResolvers<void>();
  waiting = promise;
  await predict('third');
  const slow = count();
  await expect.poll(() => scorings).toBe(3);
  await predict('fourth');
  const later = [count(), count(), count()];
  resolve();
  expect([await slow, ...(await Promise.all(later)), scorings]).toEqual([3, 4, 4, 4, 4]);

  // A failure is not kept.
  waiting = Promise.reject(new Error('no space'));
  waiting.catch(() => undefined);
  await labels.append([
    {
      ...{ model: 'ranker', prediction: 'first', value: '"yes"' },
      ...{ observedAt: '2026-11-09T13:00:00Z', recordedAt: '2026-11-10T11:30:00Z' },
    },
  ]);
  await expect(count()).rejects.toThrow('no space');
  waiting = Promise.resolve();
  expect(await count()).toBe(4);
  fresh.drop();
  await expect.poll(files).toEqual([]);
});
