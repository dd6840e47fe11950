import { z } from 'zod';
import { command } from '../frame/command.ts';
import type { Context } from '../frame/context.ts';
import { CommandError } from '../frame/failure.ts';
import { loadTrialReplay, type TrialReplay } from '../local-work.ts';
import { Margin, toDataFile } from '../outcome-files.ts';
import { counted, formatCount } from '../output/amounts.ts';
import { facts } from '../output/table.ts';
import { checksText } from './text.ts';

const Figure = z.coerce.number('a number');
const Whole = Figure.int('a whole number');

export const simulateCommand = command({
  path: ['optimization', 'simulate'],
  summary: 'Replay recorded requests as a trial: kept, rolled back or not proven',
  example: `steelyard optimization simulate pairs.csv --margin 0.01
steelyard optimization simulate pairs.parquet --relative-margin 0.05 --shuffles 200 --seed 1 --json`,
  needs: 'nothing',
  positionals: {
    file: { describe: 'CSV, CSV.gz or Parquet: baseline, candidate, baseline_cost, candidate_cost, maybe cluster' },
  },
  options: {
    margin: { value: 'MARGIN', schema: Margin, describe: 'Largest loss of the mean score; 0.01 is one point' },
    relativeMargin: {
      value: 'SHARE',
      schema: Figure.gt(0, 'above 0').lt(1, 'below 1'),
      describe: 'Largest loss as a share of the mean of the baseline',
    },
    better: {
      value: 'higher|lower',
      schema: z.enum(['higher', 'lower'], 'higher or lower'),
      fallback: 'higher',
      describe: 'Better scores: higher as accuracy, lower as an error',
    },
    alpha: {
      value: 'ALPHA',
      schema: Figure.gt(0, 'above 0').max(0.2, 'at most 0.2'),
      fallback: '0.05',
      describe: 'Error over all looks of keeping a change beyond the margin',
    },
    averageRunLength: {
      value: 'N',
      schema: Figure.min(100, 'at least 100'),
      fallback: '100000',
      describe: 'Pairs until a false alarm of the watch, on average',
    },
    range: {
      value: 'SCORE',
      schema: Figure.gt(0, 'above 0'),
      describe: 'Largest possible score; default 1',
    },
    shuffles: {
      value: 'N',
      schema: Whole.min(0, 'at least 0').max(10_000, 'at most 10000'),
      fallback: '0',
      describe: 'Replays in random order, in addition to that of the file',
    },
    seed: { value: 'SEED', schema: Whole, fallback: '1', describe: 'Seed of the random orders' },
  },
  run: async (context, { file, margin, relativeMargin, range = null, shuffles, seed, ...terms }) => {
    const stated = toMargin(margin, relativeMargin);
    const { replayTrialFile } = await loadTrialReplay();
    const request = { file: toDataFile(file), terms: { ...terms, margin: stated, range }, shuffles, seed };
    const replay = await replayTrialFile(request);
    const document = { file, margin: stated, ...terms, seed, ...replay };
    await context.answer(document, () => replayText(replay, stated, context));
    return 0;
  },
});

interface StatedMargin {
  readonly scale: 'absolute' | 'relative';
  readonly value: number;
}

function toMargin(margin: number | undefined, relativeMargin: number | undefined): StatedMargin {
  if (margin !== undefined && relativeMargin === undefined) return { scale: 'absolute', value: margin };
  if (margin === undefined && relativeMargin !== undefined) return { scale: 'relative', value: relativeMargin };
  throw new CommandError('usage', 'State either --margin or --relative-margin.');
}

const OUTCOMES = ['kept', 'undone', 'rolled back', 'not proven'] as const;

function replayText(replay: TrialReplay, margin: StatedMargin, context: Context): string {
  const { paint } = context;
  const { inFileOrder: trial, pairs, clusters, mean, shuffled, notes } = replay;
  const limit = { quality: marginText(margin), saving: 'less than the baseline' };
  const style = trial.outcome === 'kept' ? paint.good : trial.outcome === 'not proven' ? paint.waiting : paint.bad;
  const by = clusters === null ? '' : ` of ${counted(clusters, 'cluster')}`;
  return [
    style(`${outcomeText(replay)}.`),
    `${counted(pairs, 'pair')}${by}: mean score ${formatScore(mean.candidate)}, baseline ${formatScore(mean.baseline)}.`,
    ...notes.map(paint.waiting),
    '',
    checksText(
      trial.checks.map((check) => ({ ...check, limit: check.kind === 'saving' ? limit.saving : limit.quality })),
      paint,
    ),
    ...(shuffled === null ? [] : ['', shufflesText(shuffled, context)]),
  ].join('\n');
}

/** `Kept after 1,234 pairs, with 81.2 % saved`. */
function outcomeText({ inFileOrder: { outcome, decidedAt, undoneAt, savedRatio }, pairs }: TrialReplay): string {
  const saved = savedRatio === null ? '' : `, with ${formatRatio(savedRatio)} saved`;
  const at = formatCount(decidedAt ?? pairs);
  switch (outcome) {
    case 'kept':
      return `Kept after ${at} pairs${saved}`;
    case 'undone':
      return `Kept after ${at} pairs${saved}, and undone after ${formatCount(undoneAt ?? pairs)}`;
    case 'rolled back':
      return `Rolled back after ${at} pairs: shown to be worse than allowed`;
    case 'not proven':
      return `Not proven after all ${at} pairs: rolled back at the deadline`;
  }
}

function shufflesText(
  { shuffles, counts, decidedAt, savedRatio }: NonNullable<TrialReplay['shuffled']>,
  context: Context,
) {
  const spread = (one: typeof decidedAt, format: (value: number) => string) =>
    one === null ? null : `${format(one.median)} (90 % of them ${format(one.low)} to ${format(one.high)})`;
  const rows = OUTCOMES.map((name): [string, string] => {
    const share = formatRatio(counts[name] / shuffles);
    return [name === 'undone' ? 'kept, then undone' : name, `${share} (${formatCount(counts[name])})`];
  });
  return [
    context.paint.heading(`${formatCount(shuffles)} random orders`),
    facts(
      [
        ...rows,
        ['pairs until decided', spread(decidedAt, (value) => formatCount(Math.round(value)))],
        ['saved when kept', spread(savedRatio, formatRatio)],
      ],
      context.paint,
    ),
  ].join('\n');
}

function marginText({ scale, value }: StatedMargin): string {
  return scale === 'absolute' ? `at most ${value} worse` : `at most ${formatRatio(value)} worse`;
}

function formatRatio(ratio: number): string {
  return `${(100 * ratio).toFixed(1)} %`;
}

function formatScore(score: number): string {
  return String(Number(score.toPrecision(4)));
}
