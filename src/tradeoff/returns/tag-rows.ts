import { decimal, decimalString } from '../../platform/units/index.ts';
import { countTaggedOutcomes, type DailyOutcomes, sumOutcomesByDay } from '../value/index.ts';
import { type CostFacts, computeKnownDays, type ValueFacts } from './compute-return.ts';
import { type Gathering, isVisibleModel } from './context.ts';
import { buildSubjectKey, buildUnknownCost, findRunningCost, readBilledCosts } from './gather-costs.ts';
import { buildUnknownValue, findSource, toPeriod } from './gather-values.ts';
import { buildMoneySeries, type DatedAmount, type DayRange, toDay, toInstantMs } from './money-series.ts';
import type { ReturnRow } from './schema.ts';
import { buildRow, createReads } from './subject-rows.ts';

export type Tag = 'customer' | 'feature';

const NOT_MADE = 'a tag has no cost to make: it is that of the models';
const PLACES = 20;

/**
 * Margin by tag of outcome events and labels. Cost of a tag on a day = cost to run of the model on that day x predictions with an outcome of the
 * tag / logged predictions, both over the days with logged predictions and a known cost. The row without a tag has the rest of the
 * cost: predictions without an outcome, and outcomes without a tag.
 */
export async function readTagRows(gathering: Gathering, tag: Tag, model: string | null): Promise<ReturnRow[]> {
  const { deps, sql, history } = gathering;
  const period = { start: toInstantMs(history.start), end: toInstantMs(history.end) };
  const { sums } = await sumOutcomesByDay(deps, sql, { field: tag, model, ...period });
  const tagged = Map.groupBy(sums, (one) => one.model);
  const costs: TagCosts[] = [];
  const reads = createReads();
  for (const [name, of] of tagged) {
    // A model without any tag has no part in margins by tag.
    if (of.some(({ key }) => key !== null) && isVisibleModel(gathering, name))
      costs.push(await shareModelCost(gathering, { tag, model: name, metered: reads.metered }));
  }
  const models = new Set(costs.map((one) => one.model));
  const own = sums.filter((one) => models.has(one.model));
  const byKey = Map.groupBy(own, ({ key }) => key);
  const keys = new Set([...byKey.keys(), ...(costs.length === 0 ? [] : [null])]);
  return [...keys].map((key) => buildTagRow(gathering, key, { costs, outcomes: byKey.get(key) ?? [] }));
}

interface TagCosts {
  readonly model: string;
  readonly knownFrom: string | null;
  readonly days: DayRange;
  /** By tag; null: unknown, and `reason` states why. */
  readonly byTag: ReadonlyMap<string | null, readonly DatedAmount[]> | null;
  readonly basis: CostFacts['basis'];
  readonly reason: string | null;
}

async function shareModelCost(
  gathering: Gathering,
  { tag, model, metered }: { readonly tag: Tag; readonly model: string; readonly metered: { count: number } },
): Promise<TagCosts> {
  const { deps, sql, window, reporting } = gathering;
  const amounts = (await readBilledCosts(gathering, ['model'], { model })).get(buildSubjectKey([model]));
  const running = await findRunningCost(gathering, amounts, { model }, metered);
  const { first } = await deps.counts.traffic(model, toPeriod(window));
  const firstDay = first === null ? null : toDay(Date.parse(first));
  const knownFrom =
    [running.knownFrom, firstDay]
      .flatMap((day) => day ?? [])
      .toSorted()
      .at(-1) ?? null;
  const days = computeKnownDays(window, knownFrom);
  const unknown = (reason: string): TagCosts => ({ model, knownFrom, days, byTag: null, basis: null, reason });
  const { series, basis, reason } = running.facts;
  if (series === null || series.currency === null) return unknown(series?.reason ?? reason ?? 'no cost is known');
  if (firstDay === null)
    return unknown(`no prediction of ${model} is logged: its cost cannot be shared by predictions`);
  const { predictions } = await deps.counts.traffic(model, toPeriod(days));
  const period = { start: toInstantMs(days.start), end: toInstantMs(days.end) };
  const outcomes = await countTaggedOutcomes(deps, sql, { field: tag, model, ...period });
  const counted = outcomes.reduce((sum, one) => sum + one.outcomes, 0);
  if (predictions < counted || predictions === 0) {
    return unknown(
      `${predictions} predictions of ${model} are logged and ${counted} have an outcome; record all predictions`,
    );
  }
  const inDays = [...series.byDay].filter(([day]) => day >= days.start && day < days.end);
  const currency = reporting?.currency ?? series.currency;
  const byTag = new Map<string | null, DatedAmount[]>();
  const add = (key: string | null, amount: DatedAmount) => {
    const of = byTag.get(key);
    if (of === undefined) byTag.set(key, [amount]);
    else of.push(amount);
  };
  for (const [day, amount] of inDays) {
    let rest = amount;
    for (const { key, outcomes: of } of outcomes) {
      if (key === null) continue;
      const share = amount.times(of).dividedBy(predictions).toDecimalPlaces(PLACES);
      rest = rest.minus(share);
      add(key, { day, currency, amount: decimalString(share) });
    }
    add(null, { day, currency, amount: decimalString(rest) });
  }
  return { model, knownFrom, days, byTag, basis, reason };
}

function buildTagRow(
  gathering: Gathering,
  key: string | null,
  { costs, outcomes: own }: { readonly costs: readonly TagCosts[]; readonly outcomes: readonly DailyOutcomes[] },
): ReturnRow {
  const models = new Set(key === null ? costs.map(({ model }) => model) : own.map(({ model }) => model));
  const ofKey = costs.filter(({ model }) => models.has(model));
  const knownFrom =
    ofKey
      .flatMap((one) => one.knownFrom ?? [])
      .toSorted()
      .at(-1) ?? null;
  const days = computeKnownDays(gathering.window, knownFrom);
  return buildRow(gathering, key, {
    making: buildUnknownCost(NOT_MADE),
    running: buildTagCost(gathering, key, ofKey),
    knownFrom,
    value: buildTagValue(gathering, own, days),
    noPayback: NOT_MADE,
  });
}

function buildTagCost({ reporting }: Gathering, key: string | null, costs: readonly TagCosts[]): CostFacts {
  const unknown = costs.find(({ byTag }) => byTag === null);
  if (unknown !== undefined) return buildUnknownCost(unknown.reason ?? 'no cost is known');
  const bases = new Set(costs.flatMap(({ basis }) => basis ?? []));
  const [basis = null] = bases;
  // Shares are in the reporting currency already.
  const amounts = costs.flatMap(({ byTag }) => byTag?.get(key) ?? []);
  const series = buildMoneySeries(amounts, reporting === null ? null : { ...reporting, conversion: KEEP });
  return { series, basis: bases.size > 1 ? 'mixed' : basis, isLowerBound: false, reason: null };
}

/** Amounts that are in the reporting currency. */
const KEEP = { convert: ({ amount }: DatedAmount) => decimal(amount) };

function buildTagValue({ reporting }: Gathering, own: readonly DailyOutcomes[], days: DayRange): ValueFacts {
  if (own.length === 0) return buildUnknownValue('no outcome without a tag');
  const amounts = own.map(({ day, currency, total }) => ({ day, currency, amount: total }));
  const inDays = own.filter(({ day }) => day >= days.start && day < days.end);
  return {
    series: buildMoneySeries(amounts, reporting),
    source: findSource(own),
    reach: null,
    outcomes: inDays.reduce((sum, one) => sum + one.outcomes, 0),
    leftOut: inDays.reduce((sum, one) => sum + one.leftOut, 0),
    reason: null,
  };
}
