import { CascadeMethod, type CascadeReport } from '../src/tradeoff/outcome-files/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import {
  alphaOption,
  evaluationOption,
  formatCosts,
  formatDifference,
  formatMargin,
  formatSaving,
  formatSavingInterval,
  formatShare,
  loadOutcomeFiles,
  marginOption,
  readEvaluationFile,
  toDataFile,
} from './outcome-files.ts';
import { counted, formatCount } from './output/amounts.ts';
import { table } from './output/table.ts';

const fitCommand = command({
  path: ['cascade', 'fit'],
  summary: 'Fit a cascade of candidates by confidence; test its saving on other rows',
  example: `steelyard cascade fit outcomes.csv --evaluation outcomes.yaml --margin 0.01
steelyard cascade fit outcomes.parquet --evaluation outcomes.yaml --margin 0.01 --method learn-then-test --json`,
  needs: 'nothing',
  positionals: { file: { describe: 'CSV, CSV.gz or Parquet file with a row for each example' } },
  options: {
    evaluation: { ...evaluationOption, required: true },
    margin: marginOption,
    method: {
      value: 'METHOD',
      schema: CascadeMethod,
      fallback: 'split',
      describe: 'split, or learn-then-test: also proven on the fit rows',
    },
    alpha: alphaOption,
  },
  run: async (context, { file, evaluation, ...asked }) => {
    const { fitCascadeFile } = await loadOutcomeFiles();
    const spec = readEvaluationFile(evaluation);
    const report = await fitCascadeFile({ ...asked, file: toDataFile(file), evaluation: spec });
    await context.answer(report, () => cascadeText(report, context));
    return 0;
  },
});

type Figures = Pick<
  CascadeReport,
  'saving' | 'savingInterval' | 'costPerThousand' | 'difference' | 'verdict' | 'alpha' | 'margin'
>;

function cascadeText(report: CascadeReport, context: Context): string {
  const { paint } = context;
  const { baseline, stages, bestSingle, n, fitted, measure } = report;
  const isBaseline = stages.length === 1 && stages[0]?.candidate === baseline;
  const tried = `${formatCount(fitted.tried)} cascades compared on ${counted(fitted.n, 'row')}, tested on ${formatCount(n)} other rows.`;
  if (isBaseline) return [paint.waiting(`Keep ${baseline}: no cascade is expected to save.`), tried, ...report.notes].join('\n');
  const style = report.verdict === 'non-inferior' ? paint.good : paint.waiting;
  return [
    style(`The cascade ${formatSaving(report.saving)} of the cost of ${baseline}; it is ${describeVerdict(report, measure)}.`),
    figuresText(report, measure),
    bestSingle === null
      ? `No single candidate costs less than ${baseline}.`
      : `Best single: ${bestSingle.candidate} ${formatSaving(bestSingle.saving)}, ${describeVerdict(bestSingle, measure)}: ${figuresText(bestSingle, measure)}`,
    tried,
    '',
    stagesTable(report, context),
    ...report.notes.map(paint.waiting),
  ].join('\n');
}

function describeVerdict({ verdict, margin }: Figures, measure: CascadeReport['measure']): string {
  return `${verdict === 'inconclusive' ? 'not proven non-inferior' : verdict} at ${formatMargin(margin, measure)}`;
}

function figuresText({ difference, alpha, costPerThousand, savingInterval }: Figures, measure: CascadeReport['measure']): string {
  const name = measure === 'correct' ? 'accuracy' : 'score';
  const costs = `${formatCosts(costPerThousand)}${formatSavingInterval(savingInterval, alpha)}`;
  return `${name} ${formatDifference(difference, measure, alpha)}; ${costs}.`;
}

function stagesTable({ stages }: CascadeReport, { paint }: Context): string {
  return table(
    stages.map((stage, at) => ({ ...stage, at })),
    [
      { title: 'STAGE', align: 'right', cell: ({ at }) => String(at + 1) },
      { title: 'CANDIDATE', cell: ({ candidate }) => candidate },
      { title: 'ACCEPT AT', align: 'right', cell: ({ acceptAtConfidence: at }) => (at === null ? 'always' : String(at)) },
      { title: 'ASKED', align: 'right', cell: ({ askedRatio }) => formatShare(askedRatio) },
      { title: 'ANSWERS', align: 'right', cell: ({ acceptedRatio }) => formatShare(acceptedRatio) },
    ],
    paint,
  );
}

export const cascadeCommands = [fitCommand];
