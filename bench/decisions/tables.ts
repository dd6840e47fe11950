/** A Markdown table; the first column is text, the others are right-aligned. */
export function buildTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map((_, at) => (at === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** A ratio as a percentage. Example: 0.4296 -> `43.0 %`. */
export function formatPercent(ratio: number | null, digits = 1): string {
  return ratio === null ? '–' : `${(100 * ratio).toFixed(digits)} %`;
}

/** A difference in percentage points, with its sign. Example: -0.0123 -> `-1.23`. */
export function formatPoints(difference: number | null): string {
  if (difference === null) return '–';
  const points = (100 * difference).toFixed(2);
  if (Number(points) === 0) return '0.00';
  return difference > 0 ? `+${points}` : points;
}

/** Example: `-0.41 (-0.66 to -0.15)`. */
export function formatInterval(interval: {
  readonly estimate: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}): string {
  const { estimate, lower, upper } = interval;
  return `${formatPoints(estimate)} (${formatPoints(lower)} to ${formatPoints(upper)})`;
}

/** A share of trials with its standard error. Example: 3 of 100 -> `3.0 % ± 1.7`. */
export function formatShare(count: number, trials: number): string {
  if (trials === 0) return '–';
  const share = count / trials;
  return `${(100 * share).toFixed(1)} % ± ${(100 * Math.sqrt((share * (1 - share)) / trials)).toFixed(1)}`;
}

export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** The text of a section whose data this machine does not have. */
export function describeSkipped(folder: string): string {
  return `Skipped: \`../shared/data/decisions/${folder}\` is not on the machine that wrote this page.`;
}
