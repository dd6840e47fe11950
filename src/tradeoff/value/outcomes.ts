import type { Sql } from '../../platform/store/index.ts';
import { decimalString, sumDecimals } from '../../platform/units/index.ts';
import { countOutcomesByTag, type DailyEventSum, type EventSelection, sumEventsByDay } from './daily-sums.ts';
import { findLabelSources, type LabelSource } from './label-sources.ts';
import type { LabelSums } from './label-sums.ts';
import { type EventSums, sumEvents } from './store.ts';

export interface OutcomeDeps {
  readonly sumLabels: LabelSums;
}

/** Outcome events, or labels with an amount, of one model, value of the field, UTC day and currency. */
export interface DailyOutcomes extends DailyEventSum {
  readonly source: 'events' | 'labels';
  /** Labels without a readable amount: in no sum. */
  readonly leftOut: number;
}

export interface FoundOutcomes {
  readonly sums: readonly DailyOutcomes[];
  /** By model: why labels value it and none of its predictions has an amount. */
  readonly unknown: ReadonlyMap<string, string>;
}

/**
 * Measured amounts by day; for one model and value of the field in order of the day. A prediction has the amounts of its outcome events, or of its label: from the first day of
 * `labels` of the ModelValue of its model on, outcome events do not count.
 */
export async function sumOutcomesByDay(
  { sumLabels }: OutcomeDeps,
  sql: Sql,
  selection: EventSelection,
): Promise<FoundOutcomes> {
  const sources = await findLabelSources(sql, selection.model);
  const byModel = new Map(sources.map((source) => [source.model, source]));
  const events = (await sumEventsByDay(sql, selection)).filter(({ model, day }) => {
    const source = byModel.get(model);
    return source === undefined || (source.share === 1 && source.from !== null && Date.parse(day) < source.from);
  });
  const sums: DailyOutcomes[] = events.map((one) => ({ ...one, source: 'events', leftOut: 0 }));
  const unknown = new Map<string, string>();
  const measured = new Set(sums.map((one) => one.model));
  for (const source of sources) {
    const { model, share, labels } = source;
    // By version where no field is asked for, as the interval of the value needs them.
    const days = share < 1 ? [] : await sumLabels(source, { ...selection, field: selection.field ?? 'version' });
    const labelled = days.filter((one) => one.labelled > 0);
    for (const { day, total, outcomes, leftOut, ...one } of labelled) {
      const key = selection.field === null ? null : one.key;
      const { currency } = labels;
      sums.push({
        model,
        key,
        day,
        currency,
        total: decimalString(total),
        events: outcomes,
        outcomes,
        leftOut,
        source: 'labels',
      });
    }
    if (labelled.length === 0 && !measured.has(model)) unknown.set(model, explainNoLabels(source, days));
  }
  return { sums, unknown };
}

function explainNoLabels({ share, name }: LabelSource, days: readonly { readonly predictions: number }[]): string {
  if (share < 1) {
    return `the monitor stores ${Number((100 * share).toFixed(4))} % of the predictions, so that the labels of the others are in no sum; store all predictions, or send outcome events`;
  }
  const predictions = days.reduce((sum, one) => sum + one.predictions, 0);
  if (predictions === 0) return `ModelValue ${name} values labels, and no prediction is logged`;
  return `ModelValue ${name} values labels, and no label of the ${predictions} logged predictions has arrived`;
}

/** Predictions with an outcome by tag, each counted once: events by `countOutcomesByTag`, labels by the tag of their prediction. */
export async function countTaggedOutcomes(
  { sumLabels }: OutcomeDeps,
  sql: Sql,
  selection: EventSelection & { readonly field: 'customer' | 'feature'; readonly model: string },
): Promise<{ readonly key: string | null; readonly outcomes: number }[]> {
  const [source] = await findLabelSources(sql, selection.model);
  const events = await countOutcomesByTag(sql, { ...selection, end: findEventEnd(source, selection.end) });
  const isMeasured = source !== undefined && source.share === 1;
  const labels = isMeasured ? await sumLabels(source, selection) : [];
  const counts = new Map<string | null, number>();
  for (const { key, outcomes } of [...events, ...labels]) counts.set(key, (counts.get(key) ?? 0) + outcomes);
  return [...counts].map(([key, outcomes]) => ({ key, outcomes }));
}

function findEventEnd(source: LabelSource | undefined, end: number): number {
  if (source === undefined) return end;
  return source.from === null ? Number.MIN_SAFE_INTEGER : Math.min(end, source.from);
}

/** Measured amounts of one version in one currency. */
export interface OutcomeSums extends EventSums {
  /** Labels without a readable amount: in no sum. */
  readonly leftOut: number;
}

/** Sums by version and currency, over events and labels whose prediction (else outcome) is in [start, end) Unix ms. */
export async function sumOutcomes(
  { sumLabels }: OutcomeDeps,
  sql: Sql,
  selection: { readonly model: string; readonly start: number; readonly end: number; readonly onlyLogged: boolean },
): Promise<OutcomeSums[]> {
  const [source] = await findLabelSources(sql, selection.model);
  const events = await sumEvents(sql, { ...selection, end: findEventEnd(source, selection.end) });
  const sums: OutcomeSums[] = events.map((one) => ({ ...one, leftOut: 0 }));
  if (source === undefined) return sums;
  const days = await sumLabels(source, { ...selection, field: 'version' });
  for (const one of days.filter(({ labelled }) => labelled > 0)) {
    const { key: version, outcomes, total, squares, leftOut } = one;
    const { currency } = source.labels;
    sums.push({ version, currency, events: outcomes, withOutcome: outcomes, total, squares, leftOut });
  }
  return [...Map.groupBy(sums, ({ version, currency }) => JSON.stringify([version, currency])).values()].flatMap(
    addSums,
  );
}

function addSums(sums: readonly OutcomeSums[]): OutcomeSums[] {
  const [first] = sums;
  if (first === undefined) return [];
  const add = (field: 'events' | 'withOutcome' | 'squares' | 'leftOut') =>
    sums.reduce((sum, one) => sum + one[field], 0);
  return [
    {
      ...{ version: first.version, currency: first.currency },
      ...{ events: add('events'), withOutcome: add('withOutcome'), squares: add('squares'), leftOut: add('leftOut') },
      total: decimalString(sumDecimals(sums.map(({ total }) => total))),
    },
  ];
}
