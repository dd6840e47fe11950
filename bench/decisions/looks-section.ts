import { computeSampleSize, type PairedCounts } from '../../src/tradeoff/statistics/index.ts';
import type { ApiTask } from './decision-data.ts';
import { countVerdicts, type LookMethod, lookMethods, tiltShares, type VerdictCounts } from './resampled-looks.ts';
import { countModelPairs, readUncontaminated } from './routing-section.ts';
import { buildTable, describeSkipped, formatCount, formatPercent, formatShare } from './tables.ts';
import { findBestApi, replayStages } from './threshold-rule.ts';

const TAIL = 0.05;
const LOOKS = 200;
const PLANNED_LOOKS = 20;
const PAIRS = 4000;
const ERROR_MARGIN = 0.01;
const POWER_MARGIN = 0.02;

/** Recorded pairs of a baseline and a candidate. */
export interface RecordedPairs {
  readonly name: string;
  readonly counts: PairedCounts;
}

/** The best API of each task against the one with the next best accuracy. */
export function listRecordedPairs(tasks: readonly ApiTask[]): readonly RecordedPairs[] {
  return tasks.map(({ name, apis, lines }) => {
    const rows = [...lines.keys()];
    const baseline = findBestApi(apis, rows);
    const others = apis.filter((_, at) => at !== baseline);
    const next = apis.indexOf(others[findBestApi(others, rows)] ?? (apis[baseline] as (typeof apis)[number]));
    const { counts } = replayStages(apis, rows, [{ api: next, acceptAtConfidence: null }], baseline);
    return { name: `${name}: ${apis[next]?.name} against ${apis[baseline]?.name}`, counts };
  });
}

const labels: Readonly<Record<LookMethod, string>> = {
  once: 'one test at the end',
  planned: `planned: ${LOOKS} looks, Lan-DeMets`,
  anytime: `anytime: ${LOOKS} looks, betting sequence`,
  naive: `control: z test repeated at ${LOOKS} looks`,
};

/** Wrong verdicts over 200 looks on recorded pairs, drawn again so that the truth is known. */
export function writeErrorRates(tasks: readonly ApiTask[] | null, runs: number): string {
  if (tasks === null) return describeSkipped('frugalml');
  const streams = listRecordedPairs(tasks);
  const scenarios = [
    { title: 'loss exactly at the margin of 1 point', difference: -ERROR_MARGIN, margin: ERROR_MARGIN },
    { title: 'no difference (A/A), margin 0', difference: 0, margin: 0 },
  ];
  const tables = scenarios.map(({ title, difference, margin }) => {
    const byStream = streams.flatMap(({ counts }, seed) => {
      const shares = tiltShares(counts, difference);
      return shares === null
        ? []
        : [countVerdicts({ shares, margin, tail: TAIL, n: PAIRS, looks: LOOKS, runs, seed: seed + 1 })];
    });
    const rows = lookMethods.map((method) =>
      describeErrors(
        method,
        byStream.map((verdicts) => verdicts[method]),
      ),
    );
    const head = [
      'method',
      'wrong keep',
      'most in a task',
      'wrong rollback',
      'most in a task',
      'both at most 5 % + 1.645 standard errors',
    ];
    return `**${title}**: ${byStream.length} tasks x ${formatCount(runs)} runs of ${formatCount(PAIRS)} pairs.\n\n${buildTable(head, rows)}`;
  });
  return tables.join('\n\n');
}

function describeErrors(method: LookMethod, verdicts: readonly VerdictCounts[]): string[] {
  const sum = (of: 'keep' | 'rollback' | 'runs'): number => verdicts.reduce((all, each) => all + each[of], 0);
  const most = (of: 'keep' | 'rollback'): string =>
    formatPercent(Math.max(...verdicts.map((each) => each[of] / each.runs)));
  const share = (of: 'keep' | 'rollback'): string => formatShare(sum(of), sum('runs'));
  const runs = sum('runs');
  const limit = TAIL + 1.645 * Math.sqrt((TAIL * (1 - TAIL)) / runs);
  const isHeld = sum('keep') / runs <= limit && sum('rollback') / runs <= limit;
  const verdict = isHeld ? 'yes' : '**no**';
  return [labels[method], share('keep'), most('keep'), share('rollback'), most('rollback'), verdict];
}

/** Chance of `keep` and pairs until a verdict, by stream, at no difference and at half of the margin. */
export function writePower(tasks: readonly ApiTask[] | null, runs: number): string {
  if (tasks === null) return describeSkipped('frugalml');
  const streams = [...listRecordedPairs(tasks), ...readModelPairs()];
  const scenarios = [
    { title: 'No difference', difference: 0 },
    { title: 'Loss of half of the margin', difference: -POWER_MARGIN / 2 },
  ];
  const tables = scenarios.map(({ title, difference }) => {
    const rows = streams.map(({ name, counts }, seed) => describePower(name, counts, difference, runs, seed + 1));
    const head = [
      'pairs',
      'differ',
      'pairs for 80 %, one test',
      'one test',
      'planned',
      'its pairs',
      'anytime',
      'its pairs',
    ];
    return `**${title}**\n\n${buildTable(head, rows)}`;
  });
  return [
    `Margin ${100 * POWER_MARGIN} points, at most ${formatCount(PAIRS)} pairs, ${PLANNED_LOOKS} looks, one-sided error 5 %, ${formatCount(runs)} runs each.`,
    ...tables,
  ].join('\n\n');
}

function describePower(name: string, counts: PairedCounts, difference: number, runs: number, seed: number): string[] {
  const shares = tiltShares(counts, difference);
  if (shares === null) return [name, '–', '–', '–', '–', '–', '–', '–'];
  const discordance = shares.onlyCandidate + shares.onlyBaseline;
  const needed = computeSampleSize(
    { kind: 'paired-binary', discordance, difference },
    { margin: POWER_MARGIN, tail: TAIL },
  );
  const question = { shares, margin: POWER_MARGIN, tail: TAIL, n: PAIRS, looks: PLANNED_LOOKS, runs, seed };
  const { once, planned, anytime } = countVerdicts(question);
  return [
    name,
    formatPercent(discordance),
    needed === null ? 'never' : formatCount(needed),
    formatShare(once.keep, runs),
    ...[planned, anytime].flatMap(({ keep, pairs }) => [formatShare(keep, runs), formatCount(pairs / runs)]),
  ];
}

/** The two models of RouteLLM as recorded pairs; none without the data. */
function readModelPairs(): readonly RecordedPairs[] {
  const text = readUncontaminated();
  if (text === null) return [];
  return [{ name: 'mmlu: Mixtral-8x7B against GPT-4-1106', counts: countModelPairs(text) }];
}
