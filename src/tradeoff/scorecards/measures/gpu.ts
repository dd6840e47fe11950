import type { GpuMeasure, ScorecardDays } from './schema.ts';
import { computeTrend } from './trend.ts';

/** GPU time of a model on one day. */
export interface GpuHours {
  readonly day: string;
  readonly paidHours: number;
  readonly usedHours: number;
  readonly idleHours: number;
}

export interface GpuFacts {
  /** Days of the model, in the range and before it. */
  readonly hours: readonly GpuHours[];
  /** First day with readings of any GPU that was read; null: none. */
  readonly readFrom: string | null;
}

/** Below this share of use, GPU time is worth sharing or returning. */
const LEAST_UTILIZATION = 0.3;
const PERCENT = 100;

/** GPU hours that the model held, the used share of them, and the change from the preceding days. */
export function buildGpuMeasure(
  { hours, readFrom }: GpuFacts,
  days: ScorecardDays,
  preceding: ScorecardDays,
): GpuMeasure {
  const [now, before] = [days, preceding].map((range) => sumHours(hours, range));
  const isKnown = now !== undefined && now.days > 0;
  const earlier = before !== undefined && readFrom !== null && readFrom <= preceding.start ? before.paid : null;
  const utilizationRatio = isKnown && now.paid > 0 ? now.used / now.paid : null;
  const reason = readFrom === null ? 'no readings of GPUs' : 'no GPU with readings had this model as its owner';
  return {
    ...{ value: isKnown ? now.paid : null, unit: 'GPU hours', interval: null, basis: isKnown ? 'measured' : null },
    window: isKnown ? days : null,
    reason: isKnown ? explainPart(readFrom, days) : reason,
    trend: computeTrend({
      now: { value: isKnown ? now.paid : null },
      before: {
        value: earlier,
        reason: readFrom === null ? reason : `readings of GPUs begin on ${readFrom}`,
      },
      window: preceding,
      better: null,
    }),
    target: null,
    ...describeUtilization(utilizationRatio, isKnown ? null : reason),
    usedHours: isKnown ? now.used : null,
    utilizationRatio,
    idleHours: isKnown ? now.idle : null,
  };
}

function explainPart(readFrom: string | null, { start }: ScorecardDays): string | null {
  return readFrom !== null && readFrom > start ? `readings of GPUs begin on ${readFrom}` : null;
}

function sumHours(hours: readonly GpuHours[], { start, end }: ScorecardDays) {
  const own = hours.filter(({ day }) => day >= start && day < end);
  const sum = (of: (one: GpuHours) => number) => own.reduce((total, one) => total + of(one), 0);
  return {
    days: own.length,
    paid: sum(({ paidHours }) => paidHours),
    used: sum(({ usedHours }) => usedHours),
    idle: sum(({ idleHours }) => idleHours),
  };
}

function describeUtilization(ratio: number | null, reason: string | null): Pick<GpuMeasure, 'status' | 'statusReason'> {
  if (ratio === null) return { status: 'unknown', statusReason: `Utilization unknown: ${reason ?? 'no GPU time'}.` };
  const share = `${Math.round(ratio * PERCENT)}% of the GPU time was used`;
  return ratio < LEAST_UTILIZATION
    ? { status: 'warning', statusReason: `${share}, less than ${LEAST_UTILIZATION * PERCENT}%.` }
    : { status: 'ok', statusReason: `${share}.` };
}
