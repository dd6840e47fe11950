import type { PanelMark } from './time-panels-data.ts';

/** Marks closer than this share of the axis are one mark with several names. */
const LEAST_GAP = 0.1;
/** Names of one mark; more are counted. */
const MOST_NAMES = 2;
/** Marks beyond this share of the axis have their name on the left, so that it stays inside of the chart. */
const LATE = 0.7;

export interface LaneMark {
  readonly index: number;
  readonly text: string;
  readonly side: 'left' | 'right';
}

/**
 * Marks with their names for the lane above a chart: near ones are merged, so that names do not overlap. Marks without a
 * short name keep their place and have no text.
 *
 * @example of 30 steps: v7 at 20, "relevance" at 21 -> one mark at 20, "v7, relevance"
 */
export function placeMarks(marks: readonly PanelMark[], steps: number): LaneMark[] {
  const gap = Math.max(1, Math.ceil(steps * LEAST_GAP));
  const groups: { index: number; names: string[] }[] = [];
  for (const { index, short } of marks.toSorted((a, b) => a.index - b.index)) {
    const last = groups.at(-1);
    const names = short === undefined ? [] : [short];
    if (last === undefined || index - last.index >= gap) groups.push({ index, names });
    else for (const name of names) if (!last.names.includes(name)) last.names.push(name);
  }
  return groups.map(({ index, names }) => ({
    index,
    text: joinNames(names),
    side: index >= steps * LATE ? 'left' : 'right',
  }));
}

function joinNames(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  const shown = names.slice(0, MOST_NAMES).join(', ');
  return more > 0 ? `${shown} +${more}` : shown;
}
