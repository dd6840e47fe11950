import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { isDeep } from '../../../testing/deep.ts';
import { sharedQuietApplication } from '../../../testing/shared.ts';
import {
  type CascadeSuite,
  createCascadeSuite,
  isFitted,
  NOW,
  type Row,
  readSplit,
  replayRows,
} from './suite.testing.ts';

const frugalml = join(import.meta.dirname, '../../../../../shared/data/decisions/frugalml');
const hasShared = existsSync(frugalml);

/** Items of a task as examples of one of its APIs. */
function readRows(task: string, api: string): Row[] {
  const [header = '', ...lines] = gunzipSync(readFileSync(join(frugalml, `${task}.csv.gz`)))
    .toString()
    .trim()
    .split(/\r?\n/);
  const names = header.split(',');
  const [correct, confidence] = ['correct', 'confidence'].map((name) => names.indexOf(`${api}_${name}`)) as [
    number,
    number,
  ];
  return lines.map((line, at) => {
    const fields = line.split(',');
    return { id: `item-${at}`, correct: Number(fields[correct]) === 1, confidence: Number(fields[confidence]) };
  });
}

describe.skipIf(!hasShared)('cascades of the APIs of FrugalML (needs ../shared)', () => {
  let suite: CascadeSuite;
  beforeAll(async () => {
    suite = await createCascadeSuite(await sharedQuietApplication({ clock: { now: () => NOW } }));
  });

  // Pairs of reference_holdout_cascade.csv.
  const fast = ['ferplus', 'GitHub_CNN', 'Microsoft', 0.02, 0.2] as const;
  const slow = ['fluent', 'GitHub_DeepSpeech', 'Microsoft', 0.01, 0.1] as const;
  it.each(isDeep ? [fast, slow] : [fast])(
    '%s: %s -> %s has the figures of a replay, saves and loses less than the margin',
    async (...asked) => {
      const [task, cheap, dear, margin, leastSaving] = asked;
      const { registerVersion, show } = suite;
      const [first, last] = [readRows(task, cheap), readRows(task, dear)];
      await registerVersion(task, 'free', first);
      await registerVersion(task, 'paid', last);
      const { points, cascades, cheapestNonInferior } = await show(task, { margin });
      expect(cascades.pairs).toMatchObject([{ reason: null }]);
      const point = points.find(({ cascade }) => cascade !== null);
      const threshold = point?.cascade?.acceptAtConfidence ?? 0;
      const replay = replayRows(first, last, threshold);
      expect(point?.cascade?.escalated.estimate).toBeCloseTo(replay.escalated, 12);
      expect(point?.cascade?.reported.estimate).toBeCloseTo(replay.quality, 12);
      expect(point?.difference?.estimate).toBeCloseTo(replay.difference, 12);
      expect(point?.cascade?.reportedRows).toBe(replay.n);
      // An independent test of the threshold on the examples that test it: the Wald bound of the paired difference.
      const tested = first
        .map((row, at) => ({ row, other: last[at] as Row }))
        .filter(({ row }) => isFitted(row) && readSplit(row).fold % 2 === 1);
      const differences = tested.map(({ row, other }) =>
        (row.confidence ?? 0) >= threshold ? Number(row.correct) - Number(other.correct) : 0,
      );
      const mean = differences.reduce<number>((sum, one) => sum + one, 0) / differences.length;
      const deviation = Math.sqrt(differences.reduce((sum, one) => sum + (one - mean) ** 2, 0) / differences.length);
      expect(mean - (1.645 * deviation) / Math.sqrt(differences.length)).toBeGreaterThan(-margin - 0.001);
      const alone = points.find(({ version }) => version === '2')?.costPerMonth.amount;
      expect(1 - Number(point?.costPerMonth.amount) / Number(alone)).toBeGreaterThan(leastSaving);
      expect(cheapestNonInferior.point).toBe(point?.point);
    },
  );
});
