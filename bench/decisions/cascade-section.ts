import { createRandom } from '../../src/platform/numbers/index.ts';
import { fitCascadeFile } from '../../src/tradeoff/outcome-files/index.ts';
import type { CascadeReport } from '../../src/tradeoff/outcome-files/schema.ts';
import { type ComparisonVerdict, compareOutcomes, type PairedCounts } from '../../src/tradeoff/statistics/index.ts';
import { type ApiTask, buildEvaluation, reorderRows } from './decision-data.ts';
import { buildTable, describeSkipped, formatInterval, formatPercent, formatShare } from './tables.ts';
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

/** Cascades of FrugalML on the given halves, beside the best single API on the same rows. */
export function writeCascades(halves: readonly GivenHalf[] | null): string {
  if (halves === null) return describeSkipped('frugalml');
  const rows = halves.map(({ task, report }) => [
    task.name,
    String(report.n),
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
  const lost = halves.filter(({ report }) => report.verdict !== 'non-inferior').map(({ task }) => task.name);
  const beaten = kept.filter(
    ({ report: { bestSingle: single, saving } }) => single?.verdict === 'non-inferior' && single.saving >= saving,
  );
  return [
    buildTable(head, rows),
    `Mean saving, 0 where not proven: ${formatPercent(mean)}. Not proven: ${lost.length === 0 ? 'none' : lost.join(', ')}. ` +
      `A proven single API saves at least as much as the cascade: ${beaten.length === 0 ? 'no task' : beaten.map(({ task }) => task.name).join(', ')}.`,
  ].join('\n\n');
}

function describeSingle({ bestSingle }: CascadeReport): string[] {
  if (bestSingle === null) return ['none is cheaper', '–', '–'];
  return [bestSingle.candidate, formatPercent(bestSingle.saving), bestSingle.verdict];
}

const rules = [
  'threshold rule: loss below the margin on the fit rows',
  'the same cascade, loss below the margin on the test rows',
  'the same cascade, interval on the test rows above -margin',
  '`cascade fit`: non-inferior on the test rows',
] as const;

/** What a rule did over all splits. */
interface RuleTally {
  splits: number;
  kept: number;
  /** Sum of the savings on the judging rows, 0 where not kept. */
  saved: number;
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
    byTask.push([task.name, ...tallies.flatMap(({ kept, beyond }) => [`${kept}`, `${beyond}`])]);
  }
  const rows = rules.map((rule, at) => {
    const { splits: trials, kept, saved, beyond, harmed } = all[at] as RuleTally;
    return [
      rule,
      `${kept} of ${trials}`,
      formatPercent(saved / trials),
      formatShare(beyond, kept),
      formatShare(harmed, kept),
    ];
  });
  const head = [
    'rule',
    'kept',
    'mean saving, 0 where not kept',
    'of the kept: loss above the margin',
    'of the kept: harm shown',
  ];
  const short = ['A', 'B', 'C', 'D'].flatMap((letter) => [`${letter} kept`, `${letter} above`]);
  return [
    `${splits} random splits of each of ${tasks.length} tasks; standard errors treat the splits as independent.`,
    buildTable(
      head,
      rows.map(([rule = '', ...rest], at) => [`${'ABCD'[at]}: ${rule}`, ...rest]),
    ),
    `By task, of ${splits} splits: kept, and of these with a loss above the margin on the judging rows.`,
    buildTable(['task', ...short], byTask),
  ].join('\n\n');
}

const createTally = (): RuleTally => ({ splits: 0, kept: 0, saved: 0, beyond: 0, harmed: 0 });

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
  if (difference < -MARGIN) tally.beyond += 1;
  if (verdict === 'inferior') tally.harmed += 1;
}

async function judgeRules(task: ApiTask, shuffled: readonly number[]): Promise<readonly RuleOutcome[]> {
  const third = Math.floor(shuffled.length / 3);
  const [fit, test, judge] = [shuffled.slice(0, third), shuffled.slice(third, 2 * third), shuffled.slice(2 * third)];
  const { baseline, stages } = fitThresholdRule(task.apis, fit, MARGIN);
  const tested = compareCounts(replayStages(task.apis, test, stages, baseline).counts);
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
  return [
    judgeAll(true, stages, baseline),
    judgeAll(tested.estimate > -MARGIN, stages, baseline),
    judgeAll(tested.verdict === 'non-inferior', stages, baseline),
    judgeAll(fitted.verdict === 'non-inferior', fittedStages, place(fitted.baseline)),
  ];
}

function compareCounts(counts: PairedCounts) {
  return compareOutcomes(
    { design: 'paired', kind: 'binary', ...counts },
    { margin: MARGIN, tail: ALPHA / 2, looks: { kind: 'once' } },
  );
}
