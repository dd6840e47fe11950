import { readFileSync } from 'node:fs';
import { computeNewcombeInterval } from '../../src/tradeoff/statistics/index.ts';
import type { GivenHalf } from './cascade-section.ts';
import { findDataFile, splitLines } from './decision-data.ts';
import { buildTable, describeSkipped, formatInterval, formatPercent } from './tables.ts';

const TAIL = 0.025;

/** A line of FrugalGPT's summary. */
interface SummaryLine {
  readonly method: string;
  readonly accuracy: number;
  /** USD a query. */
  readonly cost: number;
  readonly n: number;
}

/** Published figures with those of this program, where the data allow it. */
export function writePublished(halves: readonly GivenHalf[] | null): string {
  return [writeFrugalGpt(), writeReference(halves)].join('\n\n');
}

function writeFrugalGpt(): string {
  const rows = ['HEADLINES', 'AGNEWS'].flatMap((table) => {
    const file = findDataFile('frugalgpt', `summary_${table}_e8_full_2024.csv`);
    return file === null ? [] : [compareWithBest(table, parseSummary(readFileSync(file.path, 'utf8')))];
  });
  if (rows.length === 0) return describeSkipped('frugalgpt');
  const head = [
    'table',
    'best single',
    'its accuracy',
    'FrugalGPT',
    'cost',
    'difference, points',
    'verdict at margin 0',
  ];
  return `**FrugalGPT** (published means, n of its test set; unpaired Newcombe interval)\n\n${buildTable(head, rows)}`;
}

function parseSummary(text: string): SummaryLine[] {
  const [header = '', ...lines] = splitLines(text);
  const columns = header.split(',');
  return lines.map((line) => {
    const fields = line.split(',');
    const read = (column: string): string => fields[columns.indexOf(column)] ?? '';
    const [method, accuracy, cost, n] = ['Method', 'Test_acc', 'Test_cost', 'Test_size'].map(read);
    return { method: method ?? '', accuracy: Number(accuracy), cost: Number(cost), n: Number(n) };
  });
}

/** The cheapest cascade that is at least as accurate as the best single API, by its published means. */
function compareWithBest(table: string, lines: readonly SummaryLine[]): string[] {
  const isCascade = ({ method }: SummaryLine): boolean => method === 'FrugalGPT';
  const best = lines
    .filter((line) => !isCascade(line))
    .reduce((one, other) => (other.accuracy > one.accuracy ? other : one));
  const [cascade] = lines
    .filter((line) => isCascade(line) && line.accuracy >= best.accuracy)
    .toSorted((a, b) => a.cost - b.cost);
  if (cascade === undefined)
    return [table, best.method, formatPercent(best.accuracy, 2), 'none as accurate', '–', '–', '–'];
  const arm = ({ accuracy, n }: SummaryLine) => ({ successes: Math.round(accuracy * n), n });
  const interval = computeNewcombeInterval(arm(cascade), arm(best), TAIL);
  const difference = { estimate: cascade.accuracy - best.accuracy, ...interval };
  const verdict = interval.lower > 0 ? 'better' : interval.upper < 0 ? 'worse' : 'inconclusive';
  return [
    table,
    best.method,
    formatPercent(best.accuracy, 2),
    formatPercent(cascade.accuracy, 2),
    `1/${(best.cost / cascade.cost).toFixed(1)}`,
    formatInterval(difference),
    verdict,
  ];
}

function writeReference(halves: readonly GivenHalf[] | null): string {
  const file = findDataFile('frugalml', 'reference_holdout_cascade.csv');
  if (file === null || halves === null) return describeSkipped('frugalml');
  const [header = '', ...lines] = splitLines(readFileSync(file.path, 'utf8'));
  const columns = header.split(',');
  const margin = -1;
  const rows = lines.map((line) => {
    const fields = line.split(',');
    const read = (column: string): string => fields[columns.indexOf(column)] ?? '';
    const ours = halves.find(({ task }) => task.name === read('dataset'))?.report;
    const points = ['diff', 'ci95_low', 'ci95_high'].map((column) => Number(read(column)));
    const [estimate = 0, lower = 0, upper = 0] = points;
    const verdict = 100 * lower > margin ? 'non-inferior' : 100 * upper < margin ? 'inferior' : 'inconclusive';
    return [
      read('dataset'),
      `${read('saving_pct')} %`,
      formatInterval({ estimate, lower, upper }),
      verdict,
      ...(ours === undefined
        ? ['–', '–', '–']
        : [formatPercent(ours.saving), formatInterval(ours.difference), ours.verdict]),
    ];
  });
  const head = [
    'task',
    'two stages: saving',
    'difference, points',
    'verdict',
    '`cascade fit`: saving',
    'difference, points',
    'verdict',
  ];
  return `**FrugalML**: the best cascade of two APIs and one threshold (\`reference_holdout_cascade.csv\`) and \`cascade fit\`, both fitted on the even rows and measured on the odd ones, margin 1 point\n\n${buildTable(head, rows)}`;
}
