import { HOUR_MS } from '../../platform/units/durations.ts';
import type { Series } from '../gpu-telemetry/index.ts';
import { createLabelReader } from './labels.ts';
import type { QueryName } from './queries.ts';

/** Rows of the tables, by column. */
export type HourRow = Readonly<Record<string, string | number | boolean | null | readonly number[]>>;

/** Answers of a Prometheus for one window, by query. */
export type Answers = ReadonlyMap<QueryName, readonly Series[]>;

/** Labels of the answers by object and hour. The last series with the object in that hour wins. */
export function readLabelsByHour(
  answers: Answers,
  query: QueryName,
  key: (said: (name: string) => string | null) => string | null,
): Map<string, (name: string) => string | null> {
  const all = answers.get(query) ?? [];
  const said = createLabelReader(all);
  const found = new Map<string, (name: string) => string | null>();
  for (const { labels, samples } of all) {
    const own = (name: string) => said(labels, name);
    const of = key(own);
    if (of === null) continue;
    for (const [at] of samples) found.set(`${of} ${at - HOUR_MS}`, own);
  }
  return found;
}
