import { type Decimal, decimal, decimalString } from '../../platform/units/index.ts';
import { type ChargeCell, createEmptyEffects, toEffects } from '../costs/index.ts';
import type { GpuDay } from '../gpu-usage/index.ts';
import { formatDay, toDayNumber } from './day.ts';
import { buildEvidencePoints, type Described, describeCause, listSlices } from './describe-cause.ts';
import { explainCause } from './explain-cause.ts';
import { buildChargeConditions, type Cause, findBaseline, findReference, readCauseCells } from './find-causes.ts';
import { type ChargeQueries, matchesConditions } from './gpu-charges.ts';
import type { Candidate } from './judge-series.ts';
import type { Anomaly, AnomalyEvidence } from './schema.ts';
import { buildTitle, formatFigure, formatMoney, nameSlice } from './sentence.ts';

/** Readings of GPUs, as days and as charges. */
export interface GpuLedger {
  readonly days: readonly GpuDay[];
  readonly idle: ChargeQueries;
  readonly unused: ChargeQueries;
}

/** Actual and expected figures of a GPU cause, and their explanation: idle cost by GPU-hours, their idle share, and the price per hour. */
export async function describeGpuCause(
  gpus: GpuLedger,
  cause: Cause,
  all: readonly Candidate[],
): Promise<Described | null> {
  const [first] = cause.candidates;
  return first?.series.measure === 'gpu_utilization'
    ? describeUtilization(gpus, cause, first, all)
    : describeIdle(gpus, cause, all);
}

async function describeIdle(gpus: GpuLedger, cause: Cause, all: readonly Candidate[]): Promise<Described | null> {
  const found = await describeCause(gpus.idle, cause, all);
  const reference = findReference(cause);
  if (found === null || found.evidence === null || reference === undefined) return found;
  const sums = sumGpuDays(gpus.days, cause, reference, found.evidence.baseline, ({ idleHours }) => idleHours);
  const cells = await readCauseCells(gpus.idle.cells, reference, cause, all);
  const effects = computeGpuEffects(decimal(found.expected), decimal(found.actual), {
    ...sums,
    costBefore: sumCostBefore(cells),
  });
  const told = { ...found, days: reference.lastDay - reference.firstDay + 1, hours: sums.after };
  return { ...found, sentence: buildGpuSentence(told), evidence: clearBillEvidence({ ...found.evidence, effects }) };
}

/** For utilization, the money is the cost of the paid hours without usage, compared with the expected cost of the same number of hours. */
async function describeUtilization(
  gpus: GpuLedger,
  cause: Cause,
  reference: Candidate,
  all: readonly Candidate[],
): Promise<Described> {
  const { series } = reference;
  const baseline = findBaseline(reference, all);
  const sums = sumGpuDays(gpus.days, cause, reference, baseline, ({ paidHours, usedHours }) => paidHours - usedHours);
  const { paid, part } = sums.after;
  const share = (of: number) => decimalString(decimal(paid === 0 ? 0 : of / paid).toDecimalPlaces(DECIMALS));
  const [actual, expected] = [share(paid - part), share(sums.expectedUsed)];
  const money = series.currency === null ? null : await computeGpuMoney(gpus, cause, reference, all, sums);
  const evidence =
    money === null
      ? null
      : { points: buildEvidencePoints(reference, [], decimal(expected)), baseline, ...money.evidence };
  const figures = {
    measure: series.measure,
    kind: reference.kind,
    direction: cause.direction === 1 ? ('over' as const) : ('under' as const),
    slice: [...cause.slice],
    except: [...cause.except],
    seenIn: listSlices(cause),
    start: formatDay(reference.firstDay),
    end: formatDay(reference.lastDay),
    ...{ currency: money === null ? null : series.currency, unit: null, actual, expected },
    impact: money === null ? null : money.impact,
    ...{ open: reference.open, differences: [], evidence },
  };
  const told = { ...figures, days: reference.lastDay - reference.firstDay + 1, hours: sums.after };
  return { ...figures, title: buildTitle({ ...told, drivers: [] }), sentence: buildGpuSentence(told) };
}

const DECIMALS = 6;

/** Null if its hours have no price. */
async function computeGpuMoney(
  gpus: GpuLedger,
  cause: Cause,
  reference: Candidate,
  all: readonly Candidate[],
  sums: Sums,
) {
  const cells = await readCauseCells(gpus.unused.cells, reference, cause, all);
  const before = sumCostBefore(cells);
  const after = cells.reduce((sum, { costAfter }) => sum.plus(costAfter), decimal(0));
  const { paid, part } = sums.after;
  if (part <= 0 || paid <= 0) return null;
  // At the mean price of an hour that was not used.
  const expected = after.times(Math.max(0, paid - sums.expectedUsed)).dividedBy(part);
  const explanation = explainCause([], cells, before.isZero() ? decimal(0) : expected.dividedBy(before));
  const effects = computeGpuEffects(explanation.sums.before, explanation.sums.after, { ...sums, costBefore: before });
  const impact = decimalString(explanation.sums.after.minus(explanation.sums.before));
  const { sums: _, ...evidence } = explanation;
  return { impact, evidence: clearBillEvidence({ ...evidence, effects }) };
}

interface Sums {
  readonly before: Hours;
  readonly after: Hours;
  /** Expected used GPU-hours, from the expected utilization of each day. */
  readonly expectedUsed: number;
}

function sumGpuDays(
  days: readonly GpuDay[],
  cause: Cause,
  { firstDay, lastDay, days: judged }: Candidate,
  baseline: AnomalyEvidence['baseline'],
  partOf: (one: GpuDay) => number,
): Sums {
  const of = days.filter((one) => matchesConditions(one, buildChargeConditions(cause)));
  const sum = (from: string, to: string): Hours => {
    const inside = of.filter(({ day }) => day >= from && day <= to);
    const paid = inside.reduce((total, { paidHours }) => total + paidHours, 0);
    return { paid, part: inside.reduce((total, one) => total + partOf(one), 0) };
  };
  const usual = new Map(judged.map(({ day, expected }) => [day, expected ?? 0]));
  const own = of.filter(({ day }) => toDayNumber(day) >= firstDay && toDayNumber(day) <= lastDay);
  return {
    before: sum(baseline.from, baseline.to),
    after: sum(formatDay(firstDay), formatDay(lastDay)),
    expectedUsed: own.reduce((total, { day, paidHours }) => total + (usual.get(toDayNumber(day)) ?? 0) * paidHours, 0),
  };
}

/**
 * Effects behind the difference in cost: `volume`, more GPU-hours at the baseline share and price; `mix`, another share;
 * `price`, another price per hour. They add up to actual - expected exactly; `mix` takes the rounding difference.
 */
function computeGpuEffects(
  expected: Decimal,
  actual: Decimal,
  { before, after, costBefore }: Sums & { readonly costBefore: Decimal },
): AnomalyEvidence['effects'] {
  const { effects } = createEmptyEffects();
  const change = actual.minus(expected);
  if (before.part <= 0 || after.part <= 0 || costBefore.isZero()) {
    return toEffects({ ...effects, volume: change });
  }
  const priceBefore = costBefore.dividedBy(before.part);
  const priceAfter = actual.dividedBy(after.part);
  const [shareBefore, shareAfter] = [before.part / before.paid, after.part / after.paid];
  // GPU-hours that correspond to the expected cost.
  const hours = expected.dividedBy(priceBefore).dividedBy(shareBefore);
  const volume = decimal(after.paid)
    .minus(hours)
    .times(shareBefore)
    .times(priceBefore)
    .toDecimalPlaces(EFFECT_DECIMALS);
  const price = priceAfter.minus(priceBefore).times(after.paid).times(shareAfter).toDecimalPlaces(EFFECT_DECIMALS);
  return toEffects({ ...effects, volume, price, mix: change.minus(volume).minus(price) });
}

const EFFECT_DECIMALS = 10;

function sumCostBefore(cells: readonly ChargeCell[]): Decimal {
  return cells.reduce((sum, { costBefore }) => sum.plus(costBefore), decimal(0));
}

/** The evidence is GPU readings, and no filter on bill rows lists them. */
function clearBillEvidence<T extends Pick<AnomalyEvidence, 'rows' | 'filter' | 'drivers'>>(evidence: T): T {
  return { ...evidence, drivers: [], filter: [], rows: evidence.rows.map((row) => ({ ...row, filter: [] })) };
}

/** GPU-hours of a slice: all that were paid for, and those that a measure is about. */
interface Hours {
  readonly paid: number;
  readonly part: number;
}

type GpuSentenceFacts = Pick<Anomaly, 'measure' | 'slice' | 'actual' | 'expected' | 'currency'> & {
  readonly days: number;
  readonly hours: Hours;
};

/**
 * Summary of a GPU anomaly in plain words. Example: "GPUs of team search stood idle for $412 a day, where $120
 * was expected: 40 of 96 GPU-hours a day."
 */
function buildGpuSentence({ measure, slice, actual, expected, currency, days, hours }: GpuSentenceFacts): string {
  const who = `GPUs${nameSlice(slice)}`;
  if (measure === 'gpu_utilization') {
    return `${who} were used ${formatPercent(actual)} of the time that was paid for, where ${formatPercent(expected)} was expected.`;
  }
  const [now, usual] = [actual, expected].map((amount) => formatMoney(Number(amount) / days, currency));
  const of = `${formatFigure(hours.part / days)} of ${formatFigure(hours.paid / days)} GPU-hours a day`;
  return `${who} stood idle for ${now} a day, where ${usual} was expected: ${of}.`;
}

function formatPercent(share: string): string {
  return `${formatFigure(Number(share) * 100)} %`;
}
