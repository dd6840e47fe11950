import { setImmediate } from 'node:timers/promises';
import type { DailyCharges } from '../../costs/index.ts';
import { alarmStrengthFor, FALSE_ALARMS_PER_30_DAYS } from './alarm-rate.ts';
import { dayText } from './day.ts';
import { describeCause, type Found } from './describe-cause.ts';
import { findCauses } from './find-causes.ts';
import { type Candidate, judgeSeries } from './judge-series.ts';
import { type Judged, lessonsFor } from './lessons.ts';
import type { LedgerJudging } from './schema.ts';
import { type LedgerSeries, type SeriesContext, seriesOf } from './series.ts';
import { JUDGED_DIMENSIONS, sliceKey } from './slice.ts';

export interface JudgedLedger {
  readonly found: readonly Found[];
  readonly judging: Omit<LedgerJudging, 'judgedAt'>;
}

export interface LedgerQuestion extends SeriesContext {
  /** What people said so far. */
  readonly said: readonly Judged[];
}

/** Slices of a dimension that are judged, those with the largest cost; what is beyond them is seen above them. */
const MOST_SLICES = 100;

/** Judges every series of the ledger as if its days came one by one. The same bill and the same verdicts give the same answer. */
export async function judgeLedger(charges: DailyCharges, question: LedgerQuestion): Promise<JudgedLedger> {
  const { said } = question;
  const days = await charges.daily({ dimensions: JUDGED_DIMENSIONS, where: [], most: MOST_SLICES });
  const series = seriesOf(days, question);
  const alarmStrength = alarmStrengthFor(series.length);
  const candidates = await judgeAll(series, alarmStrength, said);
  const causes = await findCauses(charges.cells, candidates);
  const found: Found[] = [];
  for (const cause of causes) {
    const described = await describeCause(charges, cause, candidates);
    if (described !== null) found.push(described);
  }
  const last = series.flatMap(({ points }) => points.at(-1)?.day ?? []);
  const first = days.map(({ day }) => day).toSorted()[0];
  return {
    found,
    judging: {
      from: first ?? null,
      through: last.length === 0 ? null : dayText(Math.max(...last)),
      series: series.length,
      slices: new Set(series.map(({ slice }) => sliceKey(slice))).size,
      falseAlarmsPer30Days: FALSE_ALARMS_PER_30_DAYS,
      alarmStrength,
      sources: [...charges.through].map(([source, through]) => ({ source, through })),
      longer: charges.longer.map((one) => ({ ...one })),
    },
  };
}

/** One series after the other, so that requests are answered in between. */
async function judgeAll(
  series: readonly LedgerSeries[],
  alarmStrength: number,
  said: readonly Judged[],
): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  for (const one of series) {
    candidates.push(...judgeSeries(one, alarmStrength, lessonsFor(one, said)));
    await setImmediate();
  }
  return candidates;
}
