import { spreadOf } from '../statistics.ts';
import type { ScaleSizes } from './scale-data.ts';
import type { PageVisits } from './visit-pages.ts';

const KILOBYTE = 1000;
const LIMIT_MS = { demo: 1000, scale: 2000 } as const;
const REQUEST_LIMIT_MS = 300;

/** The table of docs/benchmarks.md. `data`: its sizes; null for the demo's data. */
export function writePageReport({
  machine,
  data,
  visits,
}: {
  readonly machine: readonly string[];
  readonly data: ScaleSizes | null;
  readonly visits: readonly PageVisits[];
}): string {
  const limit = data === null ? LIMIT_MS.demo : LIMIT_MS.scale;
  const spreads = visits.map(({ usableMs }) => spreadOf(usableMs));
  const over = visits.filter((_, at) => (spreads[at]?.median ?? 0) >= limit).map(({ page }) => page.name);
  const slow = visits.flatMap(({ slowest }) => (slowest !== null && slowest.ms > REQUEST_LIMIT_MS ? slowest.path : []));
  const rows = visits.map(({ page, slowest, bytes }, at) => {
    const { median, lowest, highest } = spreads[at] ?? { median: 0, lowest: 0, highest: 0 };
    const usable = `${Math.round(median)} ms (${Math.round(lowest)}–${Math.round(highest)})`;
    const request = slowest === null ? '–' : `${Math.round(slowest.ms)} ms ${slowest.path}`;
    return `| ${page.name} | ${usable} | ${request} | ${Math.round(bytes / KILOBYTE)} KB |`;
  });
  return [
    ...machine.slice(0, 1).map((line) => `Measured: ${line}. ${describeData(data)}`),
    '',
    '| Page | usable after | slowest request | sent, empty cache |',
    '| --- | ---: | --- | ---: |',
    ...rows,
    '',
    `- Budget: usable within ${limit.toLocaleString('en-US')} ms: ${describeBudget(over)}.`,
    `- Budget: no request over ${REQUEST_LIMIT_MS} ms: ${describeBudget([...new Set(slow)])}.`,
  ].join('\n');
}

function describeData(data: ScaleSizes | null): string {
  if (data === null) return "The demo's data.";
  const [rows, runs, predictions] = [data.billRows, data.runs, data.predictions].map((one) =>
    one.toLocaleString('en-US'),
  );
  return `${rows} bill rows, ${runs} runs and ${predictions} predictions in addition to the demo's data.`;
}

function describeBudget(over: readonly string[]): string {
  return over.length === 0 ? 'held' : `**not held** (${over.join(', ')})`;
}
