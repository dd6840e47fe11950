import type { HolderTime } from './holding.ts';

/**
 * Merges the known times of one GPU with newly reported ones. Within the reported times, only the reported holders count;
 * several holders of the same time count together (time-slicing). Adjacent times of one holder become one. Ordered by start,
 * then holder.
 * Example: known A [0, 10), reported B [4, 6) -> A [0, 4), B [4, 6), A [6, 10).
 */
export function replaceTimes(known: readonly HolderTime[], told: readonly HolderTime[]): HolderTime[] {
  const covered = unionSpans(told);
  return mergeTimes([...known.flatMap((time) => subtractSpans(time, covered)), ...told]);
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function unionSpans(times: readonly Span[]): Span[] {
  const spans: { start: number; end: number }[] = [];
  for (const { start, end } of times.toSorted((a, b) => a.start - b.start)) {
    const last = spans.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else spans.push({ start, end });
  }
  return spans;
}

function subtractSpans(time: HolderTime, covered: readonly Span[]): HolderTime[] {
  const left: HolderTime[] = [];
  let { start } = time;
  for (const span of covered) {
    if (span.end <= start) continue;
    if (span.start >= time.end) break;
    if (span.start > start) left.push({ ...time, start, end: span.start });
    start = Math.max(start, span.end);
  }
  if (start < time.end) left.push({ ...time, start });
  return left;
}

function mergeTimes(times: readonly HolderTime[]): HolderTime[] {
  const byHolder = Map.groupBy(times, ({ holder }) => holder);
  const all = [...byHolder].flatMap(([holder, own]) => unionSpans(own).map((span) => ({ ...span, holder })));
  return all.toSorted((a, b) => a.start - b.start || (a.holder < b.holder ? -1 : 1));
}
