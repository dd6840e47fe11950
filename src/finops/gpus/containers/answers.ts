import type { Series } from '../series/take.ts';
import { saidBy } from './labels.ts';
import type { QueryName } from './queries.ts';
import { HOUR_MS } from './tables.ts';

/** Rows of the tables, by column. */
export type HourRow = Readonly<Record<string, string | number | boolean | null | readonly number[]>>;

/** What a Prometheus answered of one window. */
export type Answers = ReadonlyMap<QueryName, readonly Series[]>;

/** Of answers by the name of what their series are of, at each hour: the label's value of the last that says it. */
export function saidByHour(
  answers: Answers,
  query: QueryName,
  key: (said: (name: string) => string | null) => string | null,
): Map<string, (name: string) => string | null> {
  const all = answers.get(query) ?? [];
  const said = saidBy(all);
  const found = new Map<string, (name: string) => string | null>();
  for (const { labels, samples } of all) {
    const own = (name: string) => said(labels, name);
    const of = key(own);
    if (of === null) continue;
    for (const [at] of samples) found.set(`${of} ${at - HOUR_MS}`, own);
  }
  return found;
}
