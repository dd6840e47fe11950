import type { Events } from '../../../platform/events/index.ts';
import type { Sql } from '../../../platform/store/index.ts';

/** Events for reports of changed GPU time. */
export interface ChangeDeps {
  readonly events: Pick<Events, 'append'>;
}

/**
 * Appends `gpus.time_changed` in the caller's transaction: readings, holders or owner rules changed in [start, end] (Unix
 * milliseconds), or, with null, at any time.
 */
export async function appendTimeChanged(
  { events }: ChangeDeps,
  sql: Sql,
  span: { readonly start: number; readonly end: number } | null,
): Promise<void> {
  const instant = (ms: number) => new Date(ms).toISOString();
  const payload = span === null ? null : { start: instant(span.start), end: instant(span.end) };
  await events.append(sql, { type: 'gpus.time_changed', subject: 'gpus', payload });
}

/** The time from the first start to the last end; null without times. */
export function findTimeSpan(
  times: readonly { readonly start: number; readonly end: number }[],
): { readonly start: number; readonly end: number } | null {
  const [first] = times;
  if (first === undefined) return null;
  return times.reduce(
    (span, { start, end }) => ({ start: Math.min(span.start, start), end: Math.max(span.end, end) }),
    {
      start: first.start,
      end: first.end,
    },
  );
}
