import type { DataFile } from '../../src/tradeoff/outcome-files/index.ts';
import { evaluateFrontierFile } from '../../src/tradeoff/outcome-files/index.ts';
import type { FrontierPoint, FrontierReport } from '../../src/tradeoff/outcome-files/schema.ts';
import { type ApiTask, buildEvaluation, findDataFile, reorderRows } from './decision-data.ts';
import { buildTable, describeSkipped, formatPercent } from './tables.ts';

const ALPHA = 0.05;

interface Leaderboard {
  readonly title: string;
  readonly folder: string;
  readonly file: string;
  readonly name: string;
  readonly quality: string;
  readonly cost: string;
  readonly n: number | string | null;
}

const leaderboards: readonly Leaderboard[] = [
  {
    title: 'bfcl, 109 models',
    folder: 'bfcl',
    file: 'data_overall.csv',
    name: 'Model',
    quality: 'Overall Acc',
    cost: 'Total Cost ($)',
    n: null,
  },
  {
    title: 'aider, 69 runs of 225 tasks',
    folder: 'aider',
    file: 'polyglot_leaderboard.yml',
    name: 'model',
    quality: 'pass_rate_2',
    cost: 'total_cost',
    n: 'test_cases',
  },
  ...['HEADLINES', 'AGNEWS'].map((table) => ({
    title: `frugalgpt, ${table}`,
    folder: 'frugalgpt',
    file: `summary_${table}_e8_full_2024.csv`,
    name: 'Method,Budget',
    quality: 'Test_acc',
    cost: 'Test_cost',
    n: 'Test_size',
  })),
];

/** Frontiers of leaderboards (unpaired) and of the tasks of FrugalML (paired), with the candidates that are tied. */
export async function writeFrontiers(tasks: readonly ApiTask[] | null): Promise<string> {
  const parts: string[] = [];
  const rows: string[][] = [];
  const byTask: string[][] = [];
  for (const board of leaderboards) {
    const file = findDataFile(board.folder, board.file);
    if (file === null) parts.push(describeSkipped(board.folder));
    else {
      const report = await evaluateBoard(board, file);
      rows.push(summarizeFrontier(board.title, board.n === null ? 'none' : 'unpaired', report));
      parts.push(describeFrontier(board, report));
    }
  }
  if (tasks === null) parts.push(describeSkipped('frugalml'));
  for (const task of tasks ?? []) {
    const file = reorderRows(task, task.lines.keys());
    const report = await evaluateFrontierFile({ file, evaluation: buildEvaluation(task), alpha: ALPHA });
    rows.push(summarizeFrontier(`frugalml ${task.name}, ${report.points.length} APIs`, 'paired', report));
    byTask.push([task.name, ...listStatuses(report)]);
  }
  const head = ['data', 'intervals', 'on the frontier', 'tied', 'dominated', 'cost unknown'];
  if (byTask.length > 0) {
    parts.push('**frugalml**, paired by item', buildTable(['task', ...statuses, 'dominated by'], byTask));
  }
  return [buildTable(head, rows), ...parts].join('\n\n');
}

const statuses = ['frontier', 'tied', 'dominated'] as const;

/** Names and qualities of the candidates by status. */
function listStatuses({ points }: FrontierReport): string[] {
  const names = statuses.map((status) => points.filter((point) => point.status === status));
  const listed = names.map((found) =>
    found.map(({ name, quality }) => `${name} ${formatPercent(quality.estimate)}`).join('; '),
  );
  const by = points.filter(({ status }) => status === 'dominated').flatMap((point) => point.by);
  return [...listed, [...new Set(by)].join('; ')].map((text) => text || '–');
}

function evaluateBoard({ name, quality, cost, n }: Leaderboard, file: DataFile): Promise<FrontierReport> {
  return evaluateFrontierFile({ file, alpha: ALPHA, columns: { name: name.split(','), quality, cost, n } });
}

function summarizeFrontier(title: string, intervals: string, { points, unknownCost }: FrontierReport): string[] {
  const count = (status: FrontierPoint['status']): string => {
    const found = points.filter((point) => point.status === status);
    const distinct = mergeAlike(found).length;
    return distinct === found.length ? String(distinct) : `${found.length} (${distinct} distinct)`;
  };
  return [title, intervals, count('frontier'), count('tied'), count('dominated'), String(unknownCost.length)];
}

/** Points with the same cost and quality as one, and how many they are. Leaderboards list a candidate once for each setting. */
export function mergeAlike(
  points: readonly FrontierPoint[],
): readonly { readonly point: FrontierPoint; readonly count: number }[] {
  const groups = Map.groupBy(points, ({ cost, quality }) => `${cost} ${quality.estimate}`);
  return [...groups.values()].map((group) => ({ point: group[0] as FrontierPoint, count: group.length }));
}

const SHOWN_BY = 2;

function describeFrontier(board: Leaderboard, { points }: FrontierReport): string {
  const { title, folder, file, name, quality, cost, n } = board;
  const size = n === null ? '' : ` --n ${n}`;
  const command = `steelyard frontier evaluate $DATA/${folder}/${file} --name ${name} --quality '${quality}' --cost '${cost}'${size}`;
  const shown = mergeAlike(points.filter(({ status }) => status !== 'dominated'));
  const rows = shown.map(({ point, count }) => [
    count === 1 ? point.name : `${point.name} and ${count - 1} alike`,
    point.cost < 0.01 ? point.cost.toPrecision(3) : point.cost.toFixed(2),
    formatPercent(point.quality.estimate),
    point.quality.lower === null
      ? '–'
      : `${formatPercent(point.quality.lower)} to ${formatPercent(point.quality.upper)}`,
    point.status,
    point.status === 'tied' ? listBy(point.by) : '–',
  ]);
  const head = ['candidate', 'cost', 'quality', '95 % interval', 'status', 'better by estimate only'];
  return [`**${title}**`, `\`${command}\``, buildTable(head, rows)].join('\n\n');
}

function listBy(names: readonly string[]): string {
  const more = names.length > SHOWN_BY ? `; ${names.length - SHOWN_BY} more` : '';
  return `${names.slice(0, SHOWN_BY).join('; ')}${more}`;
}
