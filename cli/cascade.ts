import { CascadeMethod, type CascadeReport } from '../src/tradeoff/outcome-files/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { loadOutcomeFiles } from './local-work.ts';
import {
  alphaOption,
  evaluationOption,
  formatCosts,
  formatDifference,
  formatMargin,
  formatSaving,
  formatShare,
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
  'savingInterval' | 'costPerThousand' | 'difference' | 'verdict' | 'alpha' | 'margin'
>;

function cascadeText(report: CascadeReport, context: Context): string {
  const { paint } = context;
  const { baseline, stages, bestSingle, n, fitted, notes } = report;
  const [first] = stages;
  const tried = `${formatCount(fitted.tried)} cascades compared on ${counted(fitted.n, 'row')}, tested on ${formatCount(n)} other rows.`;
  if (stages.length === 1 && first?.candidate === baseline) {
    return [
      paint.waiting(`Keep ${baseline}: no cascade is expected to save.`),
      tried,
      ...notes.map(paint.waiting),
    ].join('\n');
  }
  const style = report.verdict === 'non-inferior' ? paint.good : paint.waiting;
  const name = stages.length === 1 ? `${first?.candidate ?? ''} alone` : 'The cascade';
  return [
    style(
      `${name} ${report.verdict === 'non-inferior' ? '' : 'is not proven; on these rows it '}${savingText(report)}.`,
    ),
    `${capitalize(qualityText(report))}; ${report.test}.`,
    ...(report.verdict === 'non-inferior' ? [] : [adviceText(report)]),
    bestSingle === null
      ? `No single candidate costs less than ${baseline}.`
      : `Best single candidate: ${bestSingle.candidate} ${savingText(bestSingle)}; ${qualityText({ ...bestSingle, measure: report.measure })}.`,
    tried,
    ...notes.map(paint.waiting),
    '',
    stagesTable(report, context),
  ].join('\n');
}

/** `saves 91.8 % (95 % interval 91.5 % to 92.1 %): $0.34 instead of $4.10 per 1,000`. */
function savingText({ savingInterval, alpha, costPerThousand }: Figures): string {
  return `${formatSaving(savingInterval, alpha)}: ${formatCosts(costPerThousand)}`;
}

function qualityText({
  difference,
  alpha,
  verdict,
  margin,
  measure,
}: Figures & Pick<CascadeReport, 'measure'>): string {
  const name = measure === 'correct' ? 'accuracy' : 'score';
  const judged = verdict === 'inconclusive' ? 'not proven non-inferior' : verdict;
  return `${name} ${formatDifference(difference, measure, alpha)}, ${judged} at ${formatMargin(margin, measure)}`;
}

function adviceText({ baseline, samplesNeeded }: CascadeReport): string {
  if (samplesNeeded === null || samplesNeeded === 0) return `Keep ${baseline}.`;
  return `Keep ${baseline}, or test about ${counted(samplesNeeded, 'further example')} (80 % power).`;
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function stagesTable({ stages }: CascadeReport, { paint }: Context): string {
  return table(
    stages.map((stage, at) => ({ ...stage, at })),
    [
      { title: 'STAGE', align: 'right', cell: ({ at }) => String(at + 1) },
      { title: 'CANDIDATE', cell: ({ candidate }) => candidate },
      {
        title: 'ACCEPT AT',
        align: 'right',
        cell: ({ acceptAtConfidence: at }) => (at === null ? 'always' : String(at)),
      },
      { title: 'ASKED', align: 'right', cell: ({ askedRatio }) => formatShare(askedRatio) },
      { title: 'ANSWERS', align: 'right', cell: ({ acceptedRatio }) => formatShare(acceptedRatio) },
    ],
    paint,
  );
}

export const cascadeCommands = [fitCommand];
