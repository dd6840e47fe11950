import { expect, it } from 'vitest';
import { testClock } from '../../../platform/jobs/fixtures.testing.ts';
import type { JournaledTable } from '../../../platform/journal/index.ts';
import type { LakeSession } from '../../../platform/lake/index.ts';
import { createLargeLogs } from './large-logs.ts';

/** A log with rows of all models, and of the one that is asked for. */
function openLog(rows: { all: number; ofModel: number; waitingBytes?: number }) {
  let reads = 0;
  const session: Pick<LakeSession, 'countFileRows' | 'query'> = {
    countFileRows: () => rows.all,
    query: async () => {
      reads += 1;
      return [{ predictions: rows.ofModel }];
    },
  };
  const read: JournaledTable['read'] = (work) => work('log', session as LakeSession);
  return { read, waitingBytes: rows.waitingBytes ?? 0, reads: () => reads };
}

it('is null while a request can score the predictions of a model, also beside many of other models', async () => {
  const clock = testClock('2026-11-10T12:00:00Z');
  const few = openLog({ all: 900_000, ofModel: 900_000 });
  expect(await createLargeLogs(few, clock).findProgress('ranker')).toBeNull();
  expect(few.reads()).toBe(0);
  expect(await createLargeLogs(openLog({ all: 9_000_000, ofModel: 1_000 }), clock).findProgress('ranker')).toBeNull();
});

it('tells how far the scoring of a large log is, and counts the log once in a while', async () => {
  const clock = testClock('2026-11-10T12:00:00Z');
  const log = openLog({ all: 9_000_000, ofModel: 8_000_000 });
  const large = createLargeLogs(log, clock);
  expect(await large.findProgress('ranker')).toEqual({ predictions: 0, of: 8_000_000 });
  large.note('ranker', { predictions: 3_000_000, of: 8_000_000 });
  expect(await large.findProgress('ranker')).toEqual({ predictions: 3_000_000, of: 8_000_000 });
  large.note('ranker', null);
  expect(await large.findProgress('ranker')).toEqual({ predictions: 0, of: 8_000_000 });
  expect(log.reads()).toBe(1);
});

it('is of few rows by those in files and those that wait in the journal', async () => {
  const clock = testClock('2026-11-10T12:00:00Z');
  const isFew = (all: number, waitingBytes: number) =>
    createLargeLogs(openLog({ all, ofModel: 0, waitingBytes }), clock).isFew();
  expect([await isFew(90_000, 0), await isFew(90_000, 5_000_000), await isFew(900_000, 0)]).toEqual([
    true,
    false,
    false,
  ]);
});
