import { z } from 'zod';
import type { LookPlan } from '../src/tradeoff/outcome-files/index.ts';
import { ComparedRows, type OutcomeComparison } from '../src/tradeoff/outcome-files/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import {
  alphaOption,
  evaluationOption,
  formatCosts,
  formatDifference,
  formatMargin,
  formatSaving,
  loadOutcomeFiles,
  marginOption,
  readEvaluationFile,
  toDataFile,
} from './outcome-files.ts';
import { counted, formatCount } from './output/amounts.ts';

const MOST_LOOKS = 1000;

const LooksWord = z
  .string()
  .regex(/^(1|anytime|planned:[1-9]\d{0,3})$/, '1, planned:N or anytime')
  .refine((word) => Number(word.split(':')[1] ?? 1) <= MOST_LOOKS, `at most ${MOST_LOOKS} planned looks`)
  .transform((word): LookPlan => {
    const [kind, count] = word.split(':');
    if (kind === 'anytime') return { kind };
    return count === undefined ? { kind: 'once' } : { kind: 'planned', count: Number(count) };
  });

const compareCommand = command({
  path: ['decide', 'compare'],
  summary: 'Compare two candidates of a file of outcomes: difference, saving, verdict',
  example: `steelyard decide compare outcomes.csv --evaluation outcomes.yaml --baseline large --candidate small --margin 0.01
steelyard decide compare outcomes.csv.gz --evaluation outcomes.yaml --baseline large --candidate small --margin 0.01 --looks planned:20 --json`,
  needs: 'nothing',
  positionals: { file: { describe: 'CSV, CSV.gz or Parquet file with a row for each example' } },
  options: {
    evaluation: { ...evaluationOption, required: true },
    baseline: { value: 'NAME', required: true, describe: 'Candidate that is in use' },
    candidate: { value: 'NAME', required: true, describe: 'Candidate that may replace it' },
    margin: marginOption,
    rows: {
      value: 'ROWS',
      schema: ComparedRows,
      fallback: 'all',
      describe: 'all, even or odd data rows, counted from 0',
    },
    looks: {
      value: 'LOOKS',
      schema: LooksWord,
      fallback: '1',
      describe: 'Looks in file order: 1, planned:N (equally spaced) or anytime',
    },
    alpha: alphaOption,
  },
  run: async (context, { file, evaluation, looks, ...asked }) => {
    if (asked.baseline === asked.candidate) {
      throw new CommandError('usage', '--baseline and --candidate name the same candidate; give two.');
    }
    const { compareOutcomeFile } = await loadOutcomeFiles();
    const spec = readEvaluationFile(evaluation);
    const report = await compareOutcomeFile({ ...asked, file: toDataFile(file), evaluation: spec, plan: looks });
    await context.answer(report, () => comparisonText(report, context));
    return 0;
  },
});

function comparisonText(report: OutcomeComparison, { paint }: Context): string {
  const style = { 'non-inferior': paint.good, inferior: paint.bad, inconclusive: paint.waiting }[report.verdict];
  return [
    style(verdictText(report)),
    differenceText(report),
    savingText(report),
    ...report.notes.map(paint.waiting),
  ].join('\n');
}

function verdictText({
  verdict,
  candidate,
  baseline,
  margin,
  measure,
  decidedAt,
  looks,
  n,
}: OutcomeComparison): string {
  const atMargin = formatMargin(margin, measure);
  const early =
    decidedAt !== null && looks.count > 1 ? `, decided after ${formatCount(decidedAt)} of ${formatCount(n)}` : '';
  if (verdict === 'inconclusive') return `${candidate} is not proven non-inferior to ${baseline} at ${atMargin}.`;
  return `${candidate} is ${verdict} to ${baseline} at ${atMargin}${early}.`;
}

function differenceText({
  difference,
  measure,
  alpha,
  n,
  test,
  looks,
  samplesNeeded,
  verdict,
}: OutcomeComparison): string {
  const name = measure === 'correct' ? 'Accuracy' : 'Score';
  const taken = looks.kind === 'anytime' ? `, ${counted(looks.count, 'look')}` : '';
  const facts = `${name} ${formatDifference(difference, measure, alpha)} on ${counted(n, 'example')}; ${test}${taken}.`;
  if (verdict !== 'inconclusive') return facts;
  if (samplesNeeded === null)
    return `${facts} No number of further examples is expected to prove it at this difference.`;
  return `${facts} About ${counted(samplesNeeded, 'further example')} would decide it (80 % power).`;
}

function savingText({ saving, savingReason, costPerThousand, alpha }: OutcomeComparison): string {
  const reason = savingReason === null ? '' : ` ${savingReason}`;
  if (saving === null || saving.estimate === null || costPerThousand === null) return `Saving unknown.${reason}`;
  return `It ${formatSaving(saving, alpha)}: ${formatCosts(costPerThousand)}.${reason}`;
}

export const decideCommands = [compareCommand];
