import type { Subject } from '../../org/schema.ts';
import type { CostFacts } from './compute-return.ts';
import type { Gathering } from './context.ts';
import { buildMoneySeries, type DatedAmount, toDay, toInstantMs } from './money-series.ts';

/** Purposes of the cost to make; every other purpose, and none, is cost to run. */
const MAKING_PURPOSES: ReadonlySet<string | null> = new Set(['training', 'experiment', 'data']);

export interface BilledAmounts {
  readonly making: readonly DatedAmount[];
  readonly running: readonly DatedAmount[];
}

/** Key of a subject with several fields. Example: `["ranker","3"]`. */
export function buildSubjectKey(values: readonly (string | null)[]): string {
  return JSON.stringify(values);
}

/** Billed cost that allocation assigns to each value of these subject fields, by day and purpose; at most three fields. */
export async function readBilledCosts(
  { deps, metric, history }: Gathering,
  fields: readonly (keyof Subject)[],
  subject: Subject = {},
): Promise<ReadonlyMap<string, BilledAmounts>> {
  const found = new Map<string, { making: DatedAmount[]; running: DatedAmount[] }>();
  const rows = await deps.costs.dailySeries({ by: [...fields, 'purpose'], subject, from: history.start, metric });
  for (const { keys, day, currency, amount } of rows) {
    if (day >= history.end) continue;
    const key = buildSubjectKey(keys.slice(0, fields.length));
    const of = found.get(key) ?? { making: [], running: [] };
    const purpose = keys[fields.length] ?? null;
    (MAKING_PURPOSES.has(purpose) ? of.making : of.running).push({ day, currency, amount });
    found.set(key, of);
  }
  return found;
}

/** Cost with the first day on which it is known. */
export interface KnownCost {
  readonly facts: CostFacts;
  readonly knownFrom: string | null;
}

export function buildBilledCost({ reporting, billedFrom }: Gathering, amounts: readonly DatedAmount[]): KnownCost {
  const series = buildMoneySeries(amounts, reporting);
  return { facts: { series, basis: 'allocated', isLowerBound: false, reason: null }, knownFrom: billedFrom };
}

export function buildUnknownCost(reason: string): CostFacts {
  return { series: null, basis: null, isLowerBound: false, reason };
}

/**
 * Metered cost of serving a subject: inference usage that names an endpoint, each interval on the UTC day on which it begins. Usage
 * without an endpoint is a benchmark and left out. Usage without a price makes the cost a lower bound.
 */
export async function readMeteredCost(
  { deps, sql, history, reporting }: Gathering,
  subject: Subject,
  noneReason: string,
): Promise<KnownCost> {
  const within = { start: toInstantMs(history.start), end: toInstantMs(history.end) };
  const usage = await deps.metering.within(sql, within, { ...subject, purpose: 'inference' });
  const served = usage.filter((one) => one.usage.subject.endpoint !== undefined && one.usage.start >= within.start);
  const amounts = served.flatMap(({ usage: { start }, metered: { cost } }): DatedAmount[] =>
    cost === null ? [] : [{ day: toDay(start), ...cost }],
  );
  if (amounts.length === 0) return { facts: buildUnknownCost(noneReason), knownFrom: null };
  const unpriced = served.length - amounts.length;
  return {
    facts: {
      series: buildMoneySeries(amounts, reporting),
      basis: 'metered',
      isLowerBound: unpriced > 0,
      reason: unpriced > 0 ? `${unpriced} of ${served.length} usage intervals have no price` : null,
    },
    knownFrom: served.map(({ usage: { start } }) => toDay(start)).toSorted()[0] ?? null,
  };
}

/** Subjects of one answer whose metered usage is read. */
const MOST_METERED = 50;

/** The billed cost to run of a subject, else its metered cost; `metered` counts the reads of the answer. */
export async function findRunningCost(
  gathering: Gathering,
  billed: BilledAmounts | undefined,
  subject: Subject,
  metered: { count: number },
): Promise<KnownCost> {
  if (billed !== undefined && billed.running.length > 0) return buildBilledCost(gathering, billed.running);
  if (metered.count >= MOST_METERED) {
    const reason = `metered usage is read for ${MOST_METERED} subjects of one answer; choose a model to see others`;
    return { facts: buildUnknownCost(reason), knownFrom: null };
  }
  metered.count += 1;
  return readMeteredCost(
    gathering,
    subject,
    'no bill assigns it a cost to run, and no usage of an endpoint is metered',
  );
}
