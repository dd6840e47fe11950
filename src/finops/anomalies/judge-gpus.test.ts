import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../platform/units/durations.ts';
import { decimal, sumDecimals } from '../../platform/units/index.ts';
import { draws } from '../../testing/deep.ts';
import { normal, seeded } from '../../testing/random.ts';
import type { DailyCharges } from '../costs/index.ts';
import type { GpuDay } from '../gpu-usage/index.ts';
import { computeAlarmStrength, FALSE_ALARMS_PER_30_DAYS } from './alarm-rate.ts';
import { formatDay, toDayNumber } from './day.ts';
import { buildGpuCharges } from './gpu-charges.ts';
import { buildGpuSeries } from './gpu-series.ts';
import { judgeLedger } from './judge-ledger.ts';
import { judgeSeries } from './judge-series.ts';

const FIRST = toDayNumber('2026-05-01');
const NO_BILL: DailyCharges = { through: new Map(), longer: [], daily: async () => [], cells: async () => [] };
const CARDS = { search: ['a', 'b'], ads: ['c', 'd'], maps: ['e'] } as const;
const PRICE = 2.5;

interface Changed {
  readonly idle?: number;
  readonly used?: number;
}

/** Days of five GPUs of three teams: idle a fifth of the day, otherwise used at 70 %, with noise; `change` returns the factors. */
function madeDays(count: number, seed: number, change: (gpu: string, day: number) => Changed = () => ({})): GpuDay[] {
  return Array.from({ length: count }, (_, day) =>
    Object.entries(CARDS).flatMap(([team, gpus]) =>
      gpus.map((gpu): GpuDay => {
        const next = seeded(seed * 7919 + day * 104_729 + gpu.charCodeAt(0));
        const weekend = [0, 6].includes(new Date((FIRST + day) * DAY_MS).getUTCDay()) ? 1.6 : 1;
        const { idle: moreIdle = 1, used: moreUsed = 1 } = change(gpu, day);
        const idleHours = Math.min(24, Math.max(0, 5 * weekend * (1 + 0.15 * normal(next)) * moreIdle));
        const usedHours = (24 - idleHours) * Math.min(1, Math.max(0, 0.7 * (1 + 0.06 * normal(next)) * moreUsed));
        const money = (hours: number) => (hours * PRICE).toFixed(6);
        const amounts = { paidCost: money(24), usedCost: money(usedHours), idleCost: money(idleHours) };
        const owner = { team, model: null, endpoint: null };
        return {
          day: formatDay(FIRST + day),
          gpu,
          ...owner,
          paidHours: 24,
          usedHours,
          idleHours,
          currency: 'USD',
          ...amounts,
        };
      }),
    ),
  ).flat();
}

const context = { said: [], predictions: [], covers: () => true, grows: () => false };
/** With so few series, one day in thirty may have a false alarm: only anomalies that start near the change are checked. */
async function judged(gpus: readonly GpuDay[]) {
  const { found, judging } = await judgeLedger(NO_BILL, { ...context, gpus });
  const isMeant = ({ start }: { readonly start: string }) =>
    start >= formatDay(FIRST + 69) && start <= formatDay(FIRST + 71);
  return { found: found.filter(isMeant), judging };
}

describe('GPUs of teams', () => {
  it('that stand idle are one anomaly of the team, whose hours, share and price add up to its money', async () => {
    const days = madeDays(90, 1, (gpu, day) => ('ab'.includes(gpu) && day >= 70 && day < 75 ? { idle: 2.5 } : {}));
    const { found, judging } = await judged(days);
    expect(found).toMatchObject([
      {
        measure: 'gpu_idle_cost',
        kind: 'spike',
        direction: 'over',
        slice: [{ dimension: 'team', value: 'search' }],
        start: formatDay(FIRST + 70),
        end: formatDay(FIRST + 74),
      },
    ]);
    const [anomaly] = found;
    const evidence = anomaly?.evidence ?? null;
    if (evidence === null || anomaly === undefined || anomaly.impact === null) throw new Error('it has no evidence');
    expect(anomaly.sentence).toMatch(
      /^GPUs of team search stood idle for \$[\d.]+ a day, where \$[\d.]+ was expected: /,
    );
    expect(decimal(anomaly.actual).minus(anomaly.expected).toFixed()).toBe(anomaly.impact);
    expect(sumDecimals(Object.values(evidence.effects))).toBe(anomaly.impact);
    expect(Number(evidence.effects.mix)).toBeGreaterThan(0.9 * Number(anomaly.impact));
    expect(sumDecimals(evidence.rows.map(({ change }) => change))).toBe(anomaly.impact);
    expect(evidence.rows.map(({ values }) => values.gpu).toSorted()).toEqual(['a', 'b']);
    // Utilization and the sum of all teams show the same.
    expect(anomaly.seenIn).toContainEqual([]);
    expect(judging).toMatchObject({ series: 8, through: null, gpusThrough: formatDay(FIRST + 89) });
  });

  it('that are used less while they are busy are told by utilization, with the money of what was not used', async () => {
    const days = madeDays(90, 2, (gpu, day) => ('cd'.includes(gpu) && day >= 70 && day < 76 ? { used: 0.4 } : {}));
    const { found } = await judged(days);
    expect(found).toMatchObject([
      { measure: 'gpu_utilization', kind: 'dip', direction: 'over', slice: [{ dimension: 'team', value: 'ads' }] },
    ]);
    const [one] = found;
    expect(one?.sentence).toMatch(
      /^GPUs of team ads were used \d+(\.\d)? % of the time that was paid for, where 5\d(\.\d)? % was expected\.$/,
    );
    expect(one?.seenIn).toHaveLength(2);
    // Two GPUs, six days, busy hours at 2.5, 60 % of 70 % of them.
    const usual = 2 * 6 * 19 * PRICE * 0.7 * 0.6;
    expect(Number(one?.impact) / usual).toBeGreaterThan(0.75);
    expect(Number(one?.impact) / usual).toBeLessThan(1.25);
    expect(sumDecimals(Object.values(one?.evidence?.effects ?? {}))).toBe(one?.impact);
  });

  it('without a price are told by hours alone, and a day without readings is not known', async () => {
    const days = madeDays(90, 3, (gpu, day) => ('e'.includes(gpu) && day >= 70 && day < 76 ? { used: 0.3 } : {}));
    const unpriced = days.map((day) => ({ ...day, currency: null, paidCost: null, usedCost: null, idleCost: null }));
    const { found } = await judged(unpriced.filter(({ day }) => day !== formatDay(FIRST + 50)));
    expect(found).toMatchObject([{ measure: 'gpu_utilization', impact: null, currency: null, evidence: null }]);
  });

  it('raise no more false alarms than are stated for all series together', async () => {
    const [ledgers, count] = [draws(6, 2), 180];
    let [alarms, series] = [0, 0];
    for (let seed = 0; seed < ledgers; seed += 1) {
      const days = madeDays(count, 1000 + seed);
      const idle = await buildGpuCharges(days, 'idle').daily({ dimensions: ['team'], where: [], most: 100 });
      const of = buildGpuSeries(days, idle);
      series += of.length;
      for (const one of of) alarms += judgeSeries(one, computeAlarmStrength(ledgers * of.length), []).length;
    }
    expect(series).toBe(8 * ledgers);
    const stated = (FALSE_ALARMS_PER_30_DAYS * (count - 28)) / 30;
    expect(alarms).toBeLessThanOrEqual(Math.ceil(stated + 3.1 * Math.sqrt(stated)));
  });
});
