import { createRandom } from '../../src/platform/numbers/index.ts';
import { fitCascadeFile } from '../../src/tradeoff/outcome-files/index.ts';
import type { CascadeReport } from '../../src/tradeoff/outcome-files/schema.ts';
import { type ComparisonVerdict, compareOutcomes, type PairedCounts } from '../../src/tradeoff/statistics/index.ts';
import { type ApiTask, buildEvaluation, reorderRows } from './decision-data.ts';
import {
  buildTable,
  describeSkipped,
  formatCount,
  formatInterval,
  formatPercent,
  formatPoints,
  formatShare,
} from './tables.ts';
import { fitThresholdRule, type ReplayedStage, replayStages, shuffleRows } from './threshold-rule.ts';

/** One point of accuracy. */
const MARGIN = 0.01;
const ALPHA = 0.05;
const SEED = 18;

/** A task and its cascade on the given halves: fitted on the even rows, tested on the odd ones. */
export interface GivenHalf {
  readonly task: ApiTask;
  readonly report: CascadeReport;
}

export async function fitGivenHalves(tasks: readonly ApiTask[]): Promise<readonly GivenHalf[]> {
  const halves: GivenHalf[] = [];
  for (const task of tasks) halves.push({ task, report: await fitTask(task, task.lines.keys()) });
  return halves;
}

function fitTask(task: ApiTask, rows: Iterable<number>): Promise<CascadeReport> {
  const file = reorderRows(task, rows);
  return fitCascadeFile({ file, evaluation: buildEvaluation(task), margin: MARGIN, alpha: ALPHA, method: 'split' });
}

/** Cascades of FrugalML on the given halves, with the best single API on the same rows. */
export function writeCascades(halves: readonly GivenHalf[] | null): string {
  if (halves === null) return describeSkipped('frugalml');
  const rows = halves.map(({ task, report }) => [
    task.name,
    formatCount(report.n),
    report.stages
      .map(({ candidate, acceptAtConfidence: at }) => (at === null ? candidate : `${candidate} ≥ ${at}`))
      .join(', then '),
    formatPercent(report.saving),
    formatInterval(report.difference),
    report.verdict,
    ...describeSingle(report),
  ]);
  const head = [
    'task',
    'test rows',
    'cascade',
    'saving',
    'difference, points',
    'verdict',
    'best single',
    'its saving',
    'its verdict',
  ];
  const kept = halves.filter(({ report }) => report.verdict === 'non-inferior');
  const mean = kept.reduce((sum, { report }) => sum + report.saving, 0) / halves.length;
  const of = (isListed: (report: CascadeReport) => boolean): string =>
    listTasks(halves.filter(({ report }) => isListed(report)).map(({ task }) => task.name));
  const isProven = ({ verdict }: Pick<CascadeReport, 'verdict'>): boolean => verdict === 'non-inferior';
  const losses = [
    ['Not proven', of((report) => !isProven(report))],
    ['Less accurate than the baseline with confidence, within the margin', of(isWorseWithinMargin)],
    [
      'A proven single API saves at least as much as the cascade',
      of(({ bestSingle, saving }) => bestSingle !== null && isProven(bestSingle) && bestSingle.saving >= saving),
    ],
  ];
  return [
    buildTable(head, rows),
    `Mean saving, 0 where not proven: ${formatPercent(mean)}.`,
    losses.map(([loss, names]) => `- ${loss}: ${names}.`).join('\n'),
  ].join('\n\n');
}

function isWorseWithinMargin({ verdict, difference: { upper } }: CascadeReport): boolean {
  return verdict === 'non-inferior' && upper !== null && upper < 0;
}

function listTasks(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}

function describeSingle({ bestSingle }: CascadeReport): string[] {
  if (bestSingle === null) return ['none is cheaper', '–', '–'];
  return [bestSingle.candidate, formatPercent(bestSingle.saving), bestSingle.verdict];
}

const rules = [
  'cheapest with a loss of at most a point on the fit rows',
  'A, if the loss on the test rows is below a point',
  'A, if the interval on the test rows is above minus a point',
  'cheapest without a loss on the fit rows, if the loss on the test rows is below a point',
  'the same cascade, if the interval on the test rows is above minus a point',
  '`cascade fit`, if non-inferior on the test rows',
] as const;

/** Decisions of a rule over all splits. */
interface RuleTally {
  splits: number;
  kept: number;
  /** Sum of the savings on the judging rows, 0 where not kept. */
  saved: number;
  /** Sum of the differences on the judging rows, where kept. */
  difference: number;
  /** Kept, and the loss on the judging rows exceeds the margin by the estimate. */
  beyond: number;
  /** Kept, and the judging rows show with confidence that it does. */
  harmed: number;
}

/**
 * Random thirds of each task: a rule selects on the first and tests on the second; the third, which no rule has seen, judges its
 * decision.
 */
export async function writeRules(
  tasks: readonly ApiTask[] | null,
  splits: number,
  report: (line: string) => void,
): Promise<string> {
  if (tasks === null) return describeSkipped('frugalml');
  const random = createRandom(SEED);
  const all = rules.map(createTally);
  const byTask: string[][] = [];
  for (const task of tasks) {
    const tallies = rules.map(createTally);
    for (let split = 0; split < splits; split += 1) {
      const outcomes = await judgeRules(task, shuffleRows(task.lines.length, random));
      for (const [at, outcome] of outcomes.entries()) {
        for (const tally of [tallies[at], all[at]]) addOutcome(tally as RuleTally, outcome);
      }
    }
    report(`decisions: rules on ${task.name}`);
    byTask.push([task.name, ...tallies.map(({ kept, beyond }) => `${kept} / ${beyond}`)]);
  }
  return [
    `${splits} random splits of each of ${tasks.length} tasks; standard errors treat the splits as independent.`,
    buildTable(
      RULE_HEAD,
      rules.map((rule, at) => describeRule(`${LETTERS[at]}: ${rule}`, all[at] as RuleTally)),
    ),
    `By task, of ${splits} splits: kept / of these with a loss above a point on the judging rows.`,
    buildTable(['task', ...LETTERS], byTask),
    describeUnproven(all.at(-1) as RuleTally),
  ].join('\n\n');
}

function describeUnproven({ splits, kept, saved }: RuleTally): string {
  const mean = formatPercent(saved / splits);
  return `\`cascade fit\` is not proven in ${splits - kept} of ${splits} splits; they count as a saving of 0 in its mean of ${mean}.`;
}

/** Names of the rules in the tables. */
const LETTERS = 'ABCDEF';
const RULE_HEAD = [
  'rule',
  'kept',
  'mean saving, 0 where not kept',
  'mean difference of the kept, points',
  'of the kept: loss above a point',
  'of the kept: shown with confidence',
];

function describeRule(name: string, { splits, kept, saved, difference, beyond, harmed }: RuleTally): string[] {
  return [
    name,
    `${kept} of ${splits}`,
    formatPercent(saved / splits),
    formatPoints(kept === 0 ? null : difference / kept),
    formatShare(beyond, kept),
    formatShare(harmed, kept),
  ];
}

const createTally = (): RuleTally => ({ splits: 0, kept: 0, saved: 0, difference: 0, beyond: 0, harmed: 0 });

interface RuleOutcome {
  readonly isKept: boolean;
  readonly saving: number;
  readonly difference: number;
  readonly verdict: ComparisonVerdict;
}

function addOutcome(tally: RuleTally, { isKept, saving, difference, verdict }: RuleOutcome): void {
  tally.splits += 1;
  if (!isKept) return;
  tally.kept += 1;
  tally.saved += saving;
  tally.difference += difference;
  if (difference < -MARGIN) tally.beyond += 1;
  if (verdict === 'inferior') tally.harmed += 1;
}

async function judgeRules(task: ApiTask, shuffled: readonly number[]): Promise<readonly RuleOutcome[]> {
  const third = Math.floor(shuffled.length / 3);
  const [fit, test, judge] = [shuffled.slice(0, third), shuffled.slice(third, 2 * third), shuffled.slice(2 * third)];
  const alternating = fit.flatMap((row, at) => [row, test[at] as number]);
  const fitted = await fitTask(task, alternating);
  const place = (name: string): number => task.apis.findIndex((api) => api.name === name);
  const fittedStages = fitted.stages.map(({ candidate, acceptAtConfidence }) => ({
    api: place(candidate),
    acceptAtConfidence,
  }));
  const judgeAll = (isKept: boolean, of: readonly ReplayedStage[], against: number): RuleOutcome => {
    const { counts, saving } = replayStages(task.apis, judge, of, against);
    const { estimate, verdict } = compareCounts(counts);
    return { isKept, saving, difference: estimate, verdict };
  };
  const judgeThresholds = (mostLoss: number) => {
    const { baseline, stages } = fitThresholdRule(task.apis, fit, mostLoss);
    const tested = compareCounts(replayStages(task.apis, test, stages, baseline).counts);
    return {
      always: judgeAll(true, stages, baseline),
      byEstimate: judgeAll(tested.estimate > -MARGIN, stages, baseline),
      byInterval: judgeAll(tested.verdict === 'non-inferior', stages, baseline),
    };
  };
  const [loose, strict] = [judgeThresholds(MARGIN), judgeThresholds(0)];
  return [
    loose.always,
    loose.byEstimate,
    loose.byInterval,
    strict.byEstimate,
    strict.byInterval,
    judgeAll(fitted.verdict === 'non-inferior', fittedStages, place(fitted.baseline)),
  ];
}

function compareCounts(counts: PairedCounts) {
  return compareOutcomes(
    { design: 'paired', kind: 'binary', ...counts },
    { margin: MARGIN, tail: ALPHA / 2, looks: { kind: 'once' } },
  );
}
