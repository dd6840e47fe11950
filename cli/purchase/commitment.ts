import { z } from 'zod';
import { adviseCommitment, type CommitmentAdvice, MOST_DEMAND_HOURS } from '../../src/finops/purchasing/schema.ts';
import { DecimalString } from '../../src/platform/units/schema.ts';
import { filterOption, rowsOptions } from '../cost-selection.ts';
import { command } from '../frame/command.ts';
import type { Context } from '../frame/context.ts';
import { CommandError } from '../frame/failure.ts';
import { counted, formatAmount, formatInstant, formatMoney } from '../output/amounts.ts';
import { facts, table } from '../output/table.ts';
import { invalid, namedRows, timeIn } from './named-columns.ts';
import { formatShare, PriceWord } from './words.ts';

const FAULT = 'demand_unusable';
const YEAR_HOURS = 8760;
const MONTH_HOURS = 730;

/** `1y`, `3y`, `6mo`: hours. */
const TermWord = z.string().transform((text, context): number => {
  const [, count, unit] = /^(\d{1,2})(y|mo)$/.exec(text) ?? [];
  if (count !== undefined && Number(count) > 0) return Number(count) * (unit === 'y' ? YEAR_HOURS : MONTH_HOURS);
  context.addIssue({ code: 'custom', message: 'a term such as 1y, 3y or 6mo' });
  return z.NEVER;
});

const Ratios = z
  .string()
  .transform((text) => text.split(',').map(Number))
  .pipe(z.array(z.number().min(0).max(10)).min(1).max(10));

interface DemandColumns {
  readonly time: string;
  readonly quantity: string;
  readonly existing: string;
}

/** Demand of each hour of a file. Errors: those of the file, `demand_unusable`. */
async function readDemand(path: string, { time, quantity, existing }: DemandColumns) {
  const rows: { start: string; quantity: string; committed: string | undefined }[] = [];
  const columns = { needed: [time, quantity], known: [existing], fault: FAULT, mostRows: MOST_DEMAND_HOURS } as const;
  for await (const row of namedRows(path, columns)) {
    const amount = (column: string) => {
      const text = row.fields[column] ?? '';
      if (DecimalString.safeParse(text).success && !text.startsWith('-')) return text;
      throw invalid(
        path,
        row.line,
        column,
        text,
        'is no amount such as 12 or 2.5; leave out hours that are not known',
        FAULT,
      );
    };
    const start = new Date(timeIn(path, row, time, FAULT)).toISOString();
    const committed = (row.fields[existing] ?? '') === '' ? undefined : amount(existing);
    rows.push({ start, quantity: amount(quantity), committed });
  }
  if (rows.length > 0) return rows;
  throw new CommandError(FAULT, `${path} has a header and no row.`, { file: path });
}

const adviseCommand = command({
  path: ['commit', 'advise'],
  summary: 'Find the best commitment for the hourly demand of the bill or a file',
  example: `steelyard commit advise --filter skuId=SKU --committed 1.94USD/h --term 1y
steelyard commit advise demand.csv --time hour --quantity gpus --on-demand p5.48xlarge --committed 33.02USD/h --term 3y
steelyard commit advise demand.csv --on-demand 3.06USD/h --committed 1.94USD/h --demand 0.6,0.8,1 --json`,
  needs: 'server',
  positionals: { file: { optional: true, describe: 'CSV file with a row for each hour; the bill by default' } },
  options: {
    committed: {
      value: 'PRICE',
      schema: PriceWord,
      required: true,
      describe: 'Price of one committed unit, used or not, with upfront payments spread: 1.94USD/h',
    },
    onDemand: {
      value: 'PRICE',
      schema: PriceWord,
      describe: 'On-demand price: 3.06USD/h, or a key of the price book; from the bill by default',
    },
    term: { value: 'TERM', schema: TermWord, fallback: '1y', describe: 'Term of the commitment' },
    unit: { value: 'N', schema: DecimalString, fallback: '1', describe: 'Smallest unit of a commitment' },
    demand: {
      value: 'RATIO[,RATIO]',
      schema: Ratios,
      fallback: '0.8,1,1.2',
      describe: 'Demand of the scenarios as a ratio of the history',
    },
    time: { value: 'COLUMN', fallback: 'time', describe: 'Column of the hour, in a file' },
    quantity: { value: 'COLUMN', fallback: 'quantity', describe: 'Column of the demand, in a file' },
    existing: {
      value: 'COLUMN',
      fallback: 'committed',
      describe: 'Column of the existing commitment, in a file',
    },
    from: rowsOptions.from,
    to: rowsOptions.to,
    delivery: rowsOptions.delivery,
    ...filterOption,
  },
  run: async (context, { file, committed, onDemand, term, unit, demand, time, quantity, existing, ...rows }) => {
    const hours = file === undefined ? undefined : await readDemand(file, { time, quantity, existing });
    if (hours !== undefined && onDemand === undefined) {
      throw new CommandError('usage', 'A file says no price. Give --on-demand, such as 3.06USD/h.');
    }
    const body = {
      ...{ hours, committedPrice: committed, onDemandPrice: onDemand, termHours: term, unitQuantity: unit },
      ...{ demandRatios: demand, ...rows },
    };
    const report = await (await context.client()).call(adviseCommitment, { body });
    await context.answer(report, () => adviceText(report, context));
    return 0;
  },
});

function adviceText(report: CommitmentAdvice, { paint }: Context): string {
  const { existing, lowMonthlySaving: low, highMonthlySaving: high } = report;
  const span = `${formatInstant(report.firstHour)} to ${formatInstant(report.lastHour)}`;
  const main = facts(
    [
      ['commit to', `${report.advisedQuantity} in addition to the existing commitment`],
      ['saves', `${formatMoney(report.monthlySaving)} a month (730 h)`],
      ['  95 %', low === null ? null : `${formatMoney(low)} to ${formatMoney(high)}, drawing ${report.intervalBlocks}`],
      ['used', formatShare(report.utilizationRatio)],
      ['covers', formatShare(report.coverageRatio)],
      ['breaks even', `at ${formatShare(report.breakEvenRatio)} used`],
      [
        'loses below',
        report.breakEvenDemandRatio === null ? null : `${formatShare(report.breakEvenDemandRatio)} of this demand`,
      ],
      [
        'binds',
        `${formatMoney(report.termCost)} over ${report.termHours} h, which would save ${formatMoney(report.termSaving)}`,
      ],
      [
        'committed already',
        existing === null
          ? 'nothing'
          : `${formatAmount(existing.meanQuantity)}, ${formatShare(existing.utilizationRatio)} used`,
      ],
      ['history', `${counted(report.hours, 'hour')}, ${span}`],
      ['confidence', report.confidence],
    ],
    paint,
  );
  const levels = table(
    report.levels,
    [
      { title: 'COMMITTED', align: 'decimal', cell: ({ quantity }) => quantity },
      { title: 'USED', align: 'right', cell: ({ utilizationRatio }) => formatShare(utilizationRatio) },
      { title: 'COVERS', align: 'right', cell: ({ coverageRatio }) => formatShare(coverageRatio) },
      { title: 'MONTHLY SAVINGS', align: 'decimal', cell: ({ monthlySaving }) => formatMoney(monthlySaving) },
    ],
    paint,
  );
  const scenarios = table(
    report.scenarios,
    [
      { title: 'DEMAND', align: 'right', cell: ({ demandRatio }) => formatShare(demandRatio, 0) },
      { title: 'MONTHLY SAVINGS', align: 'decimal', cell: ({ monthlySaving }) => formatMoney(monthlySaving) },
      { title: 'BEST QUANTITY', align: 'decimal', cell: ({ bestQuantity }) => bestQuantity },
      { title: 'REGRET', align: 'decimal', cell: ({ monthlyRegret }) => formatMoney(monthlyRegret) },
    ],
    paint,
  );
  const remarks = [...report.needs, ...report.leftOut.map((what) => `Left out: ${what}`)].map((text) =>
    paint.waiting(text),
  );
  return [main, '', levels, '', scenarios, ...(remarks.length === 0 ? [] : ['', ...remarks])].join('\n');
}

export const commitmentCommands = [adviseCommand];
