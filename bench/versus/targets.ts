import type { Comparison, Figure } from '../report.ts';
import { spreadOf } from '../statistics.ts';

const LOGGING = /^(log-metric|log-batch of \d+), 8 clients: (requests|p95)$/;

/** Targets of Steelyard and their results, one line each. */
export function targetLines(comparisons: readonly Comparison[]): string[] {
  return comparisons.flatMap(({ measure, figures: [ours, ...others] }) => {
    if (ours === null || ours === undefined) return [];
    const relative = others.flatMap((other) => (other === null ? [] : relativeLine(measure, ours, other)));
    return [...relative, ...absoluteLine(measure, ours)];
  });
}

function relativeLine(measure: string, ours: Figure, other: Figure): string[] {
  const what = LOGGING.exec(measure)?.[2];
  if (what === undefined) return [];
  const ratio = median(ours) / median(other);
  const [wanted, held] = what === 'requests' ? ['at least 10 ×', ratio >= 10] : ['at most 0.2 ×', ratio <= 0.2];
  return [line(`${measure}, ${wanted} that of ${other.subject}`, held, `${ratio.toPrecision(3)} ×`)];
}

const ABSOLUTE: readonly (readonly [RegExp, number])[] = [
  [/^search, 20,000 runs, .*: p95$/, 20],
  [/^artifact of 1 GiB, .*memory more/, 67.1],
  [/^idle memory, resident$/, 250],
  [/^ready, on an empty folder$/, 1.5],
];

function absoluteLine(measure: string, ours: Figure): string[] {
  const limit = ABSOLUTE.find(([pattern]) => pattern.test(measure))?.[1];
  if (limit === undefined) return [];
  const value = median(ours);
  return [line(`${measure}, at most ${limit} ${ours.unit}`, value <= limit, `${value.toPrecision(3)} ${ours.unit}`)];
}

function line(what: string, held: boolean, found: string): string {
  return `Target: ${what}: ${held ? 'held' : '**not held**'} (${found}).`;
}

function median(figure: Figure): number {
  return spreadOf(figure.values).median;
}
