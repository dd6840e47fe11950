import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from '../../src/platform/store/index.ts';
import { retrainingMigrations } from '../../src/tradeoff/retraining/index.ts';
import { RetrainingRound, type RoundState } from '../../src/tradeoff/retraining/schema.ts';
import { RetrainingSpec } from '../../src/tradeoff/retraining/spec/schema.ts';
import { putRetraining, putRound } from '../../src/tradeoff/retraining/store.ts';
import { readRetrainingReturns } from '../../src/tradeoff/returns/calibration/read.ts';
import { onEachStore } from '../support/stores.ts';

const at = (day: number) => `2026-11-${String(day).padStart(2, '0')}T00:00:00Z`;
const usd = (amount: string) => ({ amount, currency: 'USD' });

interface Gains {
  readonly expected: string | null;
  readonly measured: string | null;
}

function buildRealised({ expected, measured }: Gains, number: number): RetrainingRound['realised'] {
  return {
    ...{ at: at(number + 1), period: { start: at(number), end: at(number + 1) }, isFinal: true, metric: 'accuracy' },
    ...{ before: null, after: null, predictions: '10', valuePerPrediction: usd('1'), cost: null, net: null },
    ...{ improvement: null, improvementLower: null, improvementUpper: null, gainLower: null, gainUpper: null },
    expected: expected === null ? null : usd(expected),
    gain: measured === null ? null : usd(measured),
    reason: measured === null ? 'No value of a prediction is stated.' : null,
  };
}

function buildRound(number: number, state: RoundState, gains: Gains | null): RetrainingRound {
  return RetrainingRound.parse({
    ...{
      retraining: 'ranker',
      round: number,
      state,
      reason: null,
      openedAt: at(number),
      startedAt: null,
      endedAt: null,
    },
    trigger: {
      kind: 'schedule',
      name: 'monthly',
      detail: 'd',
      at: at(number),
      episode: null,
      cause: null,
      columns: [],
      by: null,
    },
    ...{ run: null, candidate: String(number), verdict: 'promote', gain: null, cost: null, realisedGain: null },
    ...{ model: 'ranker', monitor: 'ranker', window: null, test: null, params: {}, worth: null, candidateRun: null },
    ...{ champion: null, gate: null, unpricedSteps: 0, timeline: [] },
    rollout: { alias: 'champion', from: null, to: String(number), at: at(number) },
    realised: gains === null ? null : buildRealised(gains, number),
  });
}

onEachStore(({ newDatabase }) => {
  it('compares predicted and measured gain of promoted rounds over time, and of no other round', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'steelyard-returns-'));
    await using store = await openStore({ database: await newDatabase(), folder });
    await store.migrate(retrainingMigrations);
    const spec = RetrainingSpec.parse({ model: 'ranker', monitor: 'ranker', pipeline: 'training', on: [] });
    const measured = ['80', '120', '100', '90', '110'].map((gain) => ({ expected: '100', measured: gain }));
    const gains = [...measured, { expected: '100', measured: null }, null];
    await store.transaction(async (sql) => {
      const retraining = {
        name: 'ranker',
        spec,
        since: at(1),
        appliedAt: at(1),
        trainedUntil: at(1),
        coolsUntil: null,
      };
      await putRetraining(sql, retraining);
      for (const [index, gain] of [...gains, { expected: '1', measured: '99' }].entries()) {
        const document = buildRound(index + 1, index < gains.length ? 'promoted' : 'not_promoted', gain);
        await putRound(sql, { document, occurrence: String(index), lookAt: null, heard: 0, episode: null });
      }
    });
    const { rounds, calibration } = await readRetrainingReturns(store, 'ranker');
    expect(rounds.map(({ round, ratio, reason }) => [round, ratio, reason])).toEqual([
      [7, null, 'not measured yet: the rollout was less than an hour ago'],
      [6, null, 'No value of a prediction is stated.'],
      [5, 1.1, null],
      [4, 0.9, null],
      [3, 1, null],
      [2, 1.2, null],
      [1, 0.8, null],
    ]);
    expect(rounds.map((round) => round.calibration)).toEqual(
      [1, 1, 1, null, null, null, null].map((one) => one && expect.closeTo(one)),
    );
    expect(calibration).toMatchObject({ rounds: 5, ratio: expect.closeTo(1), reason: null });
    expect(await readRetrainingReturns(store, 'other')).toMatchObject({ rounds: [], calibration: { ratio: null } });
    expect((await readRetrainingReturns(store, null)).rounds).toHaveLength(7);
  });
});
