import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { decimal } from '../../src/platform/units/index.ts';
import { isDeep } from '../../src/testing/deep.ts';
import { MARKET, type Replay, replayMarket, type Told } from './electricity-replay.ts';

/** From this day on the prices of Victoria move, and with them its demand and the transfer; before, they are constants. */
const CHANGED = Date.parse('1997-05-05T00:00:00Z');
const VICTORIA = ['inputs.vicprice', 'inputs.vicdemand', 'inputs.transfer'];
/** The replay by the day takes seven minutes alone, and several times as long with other tests. */
const REPLAY_MS = isDeep ? 3_600_000 : 900_000;

const share = (told: readonly Told[], of: (one: Told) => boolean) => told.filter(of).length / told.length;
const dayOf = (instant: string) => instant.slice(0, 10);

/** Results that must be equal in both replays: all except ids, times within a day, and the cost of the machine. */
const comparable = ({ told, rounds, windows }: Replay) => ({
  told,
  rounds: rounds.map(({ state, trigger, openedAt, candidate, verdict, worth }) => ({
    ...{ state, candidate, verdict, openedAt: dayOf(openedAt), detail: trigger.detail },
    gain: worth?.gain,
  })),
  windows: windows.map(({ period, columns }) => ({ period, columns })),
});

describe.skipIf(!existsSync(MARKET) && process.env.CI === undefined)(
  'a model of the electricity market (skipped where ../shared/data is missing)',
  () => {
    let replay: Replay;
    beforeAll(async () => {
      replay = await replayMarket();
    }, REPLAY_MS);

    it('is seen to drift when its market changes', () => {
      const drifted = replay.windows.flatMap(({ period, columns }) =>
        columns.flatMap(({ column, drifted }) => (drifted && VICTORIA.includes(column) ? [{ period, column }] : [])),
      );
      expect(new Set(drifted.map(({ column }) => column))).toEqual(new Set(VICTORIA));
      expect(drifted.filter(({ period }) => Date.parse(period.end) <= CHANGED - 86_400_000 * 14)).toEqual([]);
    });

    it('is trained anew by episodes of quality where that is worth more than it costs, and not where it is not', () => {
      const { rounds } = replay;
      expect(rounds.filter(({ state }) => state === 'promoted').length).toBeGreaterThanOrEqual(3);
      // A round of the last days still waits for its start.
      const ended = rounds.filter(({ startedAt, state }) => startedAt === null && state !== 'waiting');
      for (const { state, worth, cost } of ended) {
        expect([state, worth?.answer, cost]).toEqual(['lapsed', 'not_worth', null]);
      }
      const begun = rounds.filter(({ startedAt }) => startedAt !== null);
      for (const { trigger, worth, cost, verdict, gate, timeline } of begun) {
        expect(trigger).toMatchObject({ kind: 'episode', cause: 'quality' });
        expect(worth?.answer).toBe(worth?.cost === null ? 'unknown' : 'worth');
        expect(decimal(worth?.gain?.amount ?? '0').greaterThan(cost?.amount ?? '0')).toBe(true);
        expect(decimal(cost?.amount ?? '0').isPositive()).toBe(true);
        expect(gate?.verdict).toBe(verdict);
        expect(timeline.map(({ step }) => step)).toEqual(
          expect.arrayContaining(['trigger', 'worth', 'start', 'candidate', 'verdict']),
        );
      }
    });

    it('is right again', () => {
      const { told, rounds } = replay;
      const since = Date.parse(rounds.find(({ state }) => state === 'promoted')?.endedAt ?? '');
      const after = told.filter(({ at }) => at >= since);
      expect(share(after, ({ right }) => right) - share(after, ({ firstRight }) => firstRight)).toBeGreaterThan(0.04);
    });

    // A second replay takes as long as the first.
    if (!isDeep) return;
    it(
      'comes out the same when it is replayed',
      async () => {
        expect(comparable(await replayMarket())).toEqual(comparable(replay));
      },
      REPLAY_MS,
    );
  },
);
