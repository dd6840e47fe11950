import type { FrontierPoint, FrontierReport } from '../src/tradeoff/outcome-files/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { frontierShowCommand } from './frontier-show.ts';
import { loadOutcomeFiles } from './local-work.ts';
import { alphaOption, evaluationOption, readEvaluationFile, toDataFile } from './outcome-files.ts';
import { counted, formatAmount } from './output/amounts.ts';
import { table } from './output/table.ts';

const SHOWN_DOMINATED = 10;
const SHOWN_NAMES = 3;

const evaluateCommand = command({
  path: ['frontier', 'evaluate'],
  summary: 'Evaluate the frontier of cost and quality: dominated, tied, trade prices',
  example: `steelyard frontier evaluate outcomes.csv --evaluation outcomes.yaml
steelyard frontier evaluate models.csv --name model --quality accuracy --cost usd --n 225 --json`,
  needs: 'nothing',
  positionals: { file: { describe: 'Outcomes by example, or with --name a row for each candidate (also YAML, JSON)' } },
  options: {
    evaluation: evaluationOption,
    name: { value: 'COLUMN', describe: 'Column of the name; several, separated by commas, are joined' },
    quality: { value: 'COLUMN', describe: 'Column of the quality, larger is better; 0.77, 77 and 77% are understood' },
    cost: { value: 'COLUMN', describe: 'Column of the cost; 0 and an empty field are unknown' },
    n: { value: 'N|COLUMN', describe: 'Sample size of the quality, or its column; without it there are no intervals' },
    alpha: alphaOption,
  },
  run: async (context, { file: path, evaluation, name, quality, cost, n, alpha }) => {
    const { evaluateFrontierFile } = await loadOutcomeFiles();
    const file = toDataFile(path);
    const request = toRequest({ evaluation, name, quality, cost, n });
    const report = await evaluateFrontierFile({ file, alpha, ...request });
    await context.answer(report, () => frontierText(report, context));
    return 0;
  },
});

interface Asked {
  readonly evaluation: string | undefined;
  readonly name: string | undefined;
  readonly quality: string | undefined;
  readonly cost: string | undefined;
  readonly n: string | undefined;
}

function toRequest({ evaluation, name, quality, cost, n }: Asked) {
  const ofTable = [name, quality, cost, n].some((option) => option !== undefined);
  if (evaluation !== undefined && !ofTable) return { evaluation: readEvaluationFile(evaluation) };
  if (evaluation !== undefined || name === undefined || quality === undefined || cost === undefined) {
    throw new CommandError(
      'usage',
      'Give --evaluation SPEC for a file of outcomes, or --name, --quality and --cost for a table.',
    );
  }
  return { columns: { name: name.split(','), quality, cost, n: n === undefined ? null : toSampleSize(n) } };
}

/** A number is a sample size; another word is a column. */
function toSampleSize(text: string): number | string {
  if (!/^[-+]?[\d.]+$/.test(text)) return text;
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new CommandError('usage', `--n ${text} is not a sample size: give a whole number above 0, or a column.`);
}

function frontierText(report: FrontierReport, context: Context): string {
  const { paint } = context;
  const of = (status: FrontierPoint['status']) => report.points.filter((point) => point.status === status);
  const [frontier, tied, dominated] = [of('frontier'), of('tied'), of('dominated')];
  const counts = `${frontier.length} of ${counted(report.points.length, 'candidate')} on the frontier, ${tied.length} tied with it, ${dominated.length} dominated.`;
  const unknown = [
    ...describeUnknown('cost', report.unknownCost),
    ...describeUnknown('quality', report.unknownQuality),
  ];
  const shown = [...frontier, ...tied, ...dominated.slice(0, SHOWN_DOMINATED)];
  const hidden = frontier.length + tied.length + dominated.length - shown.length;
  return [
    paint.good(counts),
    ...report.notes.map(paint.waiting),
    ...unknown,
    '',
    pointsTable(shown, report, context),
    ...(hidden > 0 ? [paint.faint(`${hidden} more are dominated: --json lists them.`)] : []),
  ].join('\n');
}

function describeUnknown(fact: string, names: readonly string[]): string[] {
  return names.length === 0
    ? []
    : [`Left out, ${fact} unknown: ${counted(names.length, 'candidate')} (${listNames(names)}).`];
}

function pointsTable(
  points: readonly FrontierPoint[],
  { qualityScale, intervals }: FrontierReport,
  { paint }: Context,
): string {
  const format = (value: number | null) =>
    value === null
      ? ''
      : qualityScale === 'proportion'
        ? `${(value * 100).toFixed(2)} %`
        : String(Number(value.toPrecision(6)));
  return table(
    points,
    [
      { title: 'CANDIDATE', cell: ({ name }) => name, least: 20 },
      { title: 'COST', align: 'decimal', cell: ({ cost }) => formatCost(cost) },
      { title: 'QUALITY', align: 'right', cell: ({ quality }) => format(quality.estimate) },
      ...(intervals === null
        ? []
        : [{ title: 'INTERVAL', cell: ({ quality }: FrontierPoint) => formatInterval(quality, format) }]),
      {
        title: 'STATUS',
        cell: ({ status }) => status,
        style: ({ status }) => (status === 'frontier' ? paint.good : paint.faint),
      },
      { title: 'BEST AT A PRICE PER POINT', cell: ({ tradePrice }) => formatRange(tradePrice), least: 8 },
      { title: 'BY', cell: ({ by }) => (by.length === 0 ? null : listNames(by)), least: 10 },
    ],
    paint,
  );
}

function formatInterval(
  { lower, upper }: FrontierPoint['quality'],
  format: (value: number | null) => string,
): string | null {
  return lower === null || upper === null ? null : `${format(lower)} to ${format(upper)}`;
}

function formatRange(range: FrontierPoint['tradePrice']): string | null {
  if (range === null) return null;
  return range.to === null ? `from ${formatCost(range.from)}` : `${formatCost(range.from)} to ${formatCost(range.to)}`;
}

function formatCost(cost: number): string {
  return formatAmount(String(Number(cost.toPrecision(6))));
}

function listNames(names: readonly string[]): string {
  const rest = names.length - SHOWN_NAMES;
  return `${names.slice(0, SHOWN_NAMES).join('; ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

export const frontierCommands = [frontierShowCommand, evaluateCommand];
