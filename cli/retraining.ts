import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { RunId } from '../src/mlops/runs/schema.ts';
import { UtcInstant } from '../src/platform/units/schema.ts';
import {
  dismissRetrainingRound,
  getRetraining,
  getRetrainingRound,
  listRetrainings,
  type Retraining,
  type RetrainingDetail,
  type RetrainingRound,
  type RetrainingRoundSummary,
  startRetraining,
} from '../src/tradeoff/retraining/schema.ts';
import {
  exportRoundTestSet,
  exportRoundTrainingSet,
  scoreRoundAnswers,
} from '../src/tradeoff/retraining/test-set/schema.ts';
import { readBytes, unreadable } from './bill-files.ts';
import { passOn } from './downloads.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { formatCount, formatInstant, formatMoney } from './output/amounts.ts';
import { facts, table } from './output/table.ts';

const retraining = { describe: 'Name of the retraining' } as const;
const Round = z.coerce.number().int().min(1);
const round = { value: 'NUMBER', schema: Round } as const;

const listCommand = command({
  path: ['retraining', 'list'],
  summary: 'List the retrainings with waiting, running and last rounds',
  example: 'steelyard retraining list',
  needs: 'server',
  run: async (context) => {
    const answer = await (await context.client()).call(listRetrainings);
    await context.answer(answer, () => listText(answer.retrainings, context));
    if (answer.retrainings.length === 0)
      await context.remark('No model is retrained. docs/retraining.md says how to begin.');
    return 0;
  },
});

function listText(retrainings: readonly Retraining[], { paint }: Context): string {
  if (retrainings.length === 0) return '';
  return table(
    retrainings,
    [
      { title: 'RETRAINING', cell: ({ name }) => name },
      { title: 'MODEL', cell: ({ model, champion }) => (champion === null ? model : `${model} ${champion}`) },
      { title: 'WAITING', align: 'right', cell: ({ waiting }) => formatCount(waiting) },
      { title: 'RUNNING', align: 'right', cell: ({ underWay }) => (underWay === null ? null : String(underWay)) },
      { title: 'LAST', cell: ({ lastRound }) => (lastRound === null ? null : stateText(lastRound)) },
      { title: 'SPENT', align: 'right', cell: ({ spent }) => spent.map(formatMoney).join(', ') || null },
    ],
    paint,
  );
}

const showCommand = command({
  path: ['retraining', 'show'],
  summary: 'Show a retraining with its triggers and rounds, or one round in detail',
  example: `steelyard retraining show ranker
steelyard retraining show ranker --round 3`,
  needs: 'server',
  positionals: { retraining },
  options: { round: { ...round, describe: 'One round' } },
  run: async (context, { retraining: name, round: number }) => {
    const client = await context.client();
    if (number === undefined) {
      const detail = await client.call(getRetraining, { params: { retraining: name } });
      await context.answer(detail, () => detailText(detail, context));
      return 0;
    }
    const roundDetail = await client.call(getRetrainingRound, { params: { retraining: name, round: number } });
    await context.answer(roundDetail, () => roundText(roundDetail, context));
    return 0;
  },
});

function detailText(detail: RetrainingDetail, context: Context): string {
  const { paint } = context;
  const { model, champion, alias, monitor, pipeline, coolsUntil, trainedUntil, budget } = detail;
  const triggers = table(
    detail.triggers,
    [
      { title: 'TRIGGER', cell: ({ trigger }) => trigger },
      { title: 'CONDITION', cell: ({ waitsFor }) => waitsFor },
      { title: 'NEXT', cell: ({ nextAt }) => (nextAt === null ? null : formatInstant(nextAt)) },
      { title: 'COUNT', align: 'right', cell: ({ count }) => (count === null ? null : formatCount(count)) },
      { title: 'PROBLEM', cell: ({ problem }) => problem ?? '' },
    ],
    paint,
  );
  return [
    facts(
      [
        ['model', champion === null ? model : `${model}, @${alias} is version ${champion}`],
        ['monitor', monitor],
        ['pipeline', pipeline],
        ['budget', budget],
        ['trained on data until', formatInstant(trainedUntil)],
        ['cools down until', coolsUntil === null ? null : formatInstant(coolsUntil)],
        ['spent', detail.spent.map(formatMoney).join(', ') || null],
      ],
      paint,
    ),
    ...(detail.triggers.length === 0 ? [] : ['', triggers]),
    ...(detail.rounds.length === 0 ? [] : ['', roundsText(detail.rounds, context)]),
  ].join('\n');
}

function roundsText(rounds: readonly RetrainingRoundSummary[], { paint }: Context): string {
  return table(
    rounds,
    [
      { title: 'ROUND', align: 'right', cell: (one) => String(one.round) },
      { title: 'STATE', cell: stateText },
      { title: 'STARTED BY', cell: ({ trigger }) => trigger.name ?? trigger.by },
      { title: 'AT', cell: ({ openedAt }) => formatInstant(openedAt), least: 20 },
      { title: 'GAIN', align: 'right', cell: ({ gain }) => formatMoney(gain) },
      { title: 'COST', align: 'right', cell: ({ cost }) => formatMoney(cost) },
      { title: 'GAINED', align: 'right', cell: ({ realisedGain }) => formatMoney(realisedGain) },
      { title: 'REASON', cell: ({ reason }) => reason ?? '', least: 24 },
    ],
    paint,
  );
}

function stateText({ state, candidate }: RetrainingRoundSummary): string {
  const words = state.replace('_', ' ');
  return candidate === null ? words : `${words}, version ${candidate}`;
}

function roundText(roundDetail: RetrainingRound, { paint }: Context): string {
  const { worth, window, run, gate } = roundDetail;
  const figures = facts(
    [
      ['round', `${roundDetail.round} of ${roundDetail.retraining}`],
      ['state', stateText(roundDetail)],
      ['reason', roundDetail.reason],
      ['data', window === null ? null : `${formatInstant(window.start)} to ${formatInstant(window.end)}`],
      ['test set', testText(roundDetail)],
      ['gain', worth === null ? null : (formatMoney(worth.gain) ?? worth.reason)],
      ['expected cost', worth === null ? null : `${formatMoney(worth.cost) ?? 'not known'}: ${worth.costFrom}`],
      ['run', run === null ? null : `${run.pipeline} #${run.number}`],
      ['verdict', gate === null ? null : `${gate.verdict}: ${gate.summary}`],
      ['cost', formatMoney(roundDetail.cost)],
      ...realisedFacts(roundDetail),
    ],
    paint,
  );
  const timeline = table(
    roundDetail.timeline,
    [
      { title: 'AT', cell: ({ at }) => formatInstant(at), least: 20 },
      { title: 'STEP', cell: ({ step }) => step },
      { title: 'EVENT', cell: ({ text }) => text, least: 24 },
    ],
    paint,
  );
  return `${figures}\n\n${timeline}`;
}

/** Example: "1,003 predictions of version 1, accuracy 0.7, digest 0a1b2c3d4e5f; compared by the gate". */
function testText({ test }: RetrainingRound): string | null {
  if (test === null) return null;
  const { set, reason, compared } = test;
  if (set === null || set.window === null || set.sha256 === null) return `none: ${reason}`;
  const means = set.outcomes.map(({ outcome, mean }) => `${outcome} ${Number(mean.toPrecision(4))}`).join(', ');
  const period = `from ${formatInstant(set.window.start)} to ${formatInstant(set.window.end)}`;
  const used = compared === null ? '' : `; ${compared ? 'compared' : 'not compared'} by the gate`;
  return `${formatCount(set.rows)} held-out predictions of version ${set.modelVersion} ${period}: ${means}, digest ${set.sha256.slice(0, 12)}${used}`;
}

function realisedFacts({ realised }: RetrainingRound): [string, string | null][] {
  if (realised === null) return [];
  const { metric, before, after, period, gain, gainLower, gainUpper, expected, net, isFinal, reason } = realised;
  const until = `${isFinal ? 'in all' : 'so far'}, from ${formatInstant(period.start)} to ${formatInstant(period.end)}`;
  if (gain === null) return [['realized gain', `not known: ${reason}`]];
  const ends =
    gainLower === null || gainUpper === null ? '' : ` (${formatMoney(gainLower)} to ${formatMoney(gainUpper)})`;
  return [
    ['realized gain', `${formatMoney(gain)}${ends} ${until}`],
    ['expected gain by then', formatMoney(expected)],
    ['after its cost', formatMoney(net)],
    [`${metric}`, `${formatMeasure(before)} -> ${formatMeasure(after)}`],
  ];
}

function formatMeasure(
  of: { readonly value: number; readonly lower: number | null; readonly upper: number | null } | null,
) {
  if (of === null) return 'not known';
  const digits = (value: number) => String(Number(value.toPrecision(4)));
  const { value, lower, upper } = of;
  return lower === null || upper === null ? digits(value) : `${digits(value)} (${digits(lower)} to ${digits(upper)})`;
}

const startCommand = command({
  path: ['retraining', 'start'],
  summary: 'Start a waiting round, or a new one, regardless of its expected benefit',
  example: `steelyard retraining start ranker
steelyard retraining start ranker --round 3 --reason "before the holidays"
steelyard retraining start ranker --from 2026-10-01T00:00:00Z --until 2026-11-01T00:00:00Z`,
  needs: 'server',
  positionals: { retraining },
  options: {
    round: { ...round, describe: 'Waiting round' },
    from: { value: 'INSTANT', schema: UtcInstant, describe: 'Start of the data of a new round; with --until' },
    until: { value: 'INSTANT', schema: UtcInstant, describe: 'End of the data of a new round; with --from' },
    reason: { value: 'TEXT', describe: 'Why' },
  },
  run: async (context, { retraining: name, round: number, from, until, reason }) => {
    const window = from === undefined || until === undefined ? {} : { window: { start: from, end: until } };
    const body = {
      ...window,
      ...(number === undefined ? {} : { round: number }),
      ...(reason === undefined ? {} : { reason }),
    };
    const started = await (await context.client()).call(startRetraining, { params: { retraining: name }, body });
    await context.answer(started, () => `Round ${started.round} of ${name} begins.`);
    return 0;
  },
});

const dismissCommand = command({
  path: ['retraining', 'dismiss'],
  summary: 'Dismiss a waiting round',
  example: 'steelyard retraining dismiss ranker --round 3 --reason "a holiday, and known"',
  needs: 'server',
  positionals: { retraining },
  options: {
    round: { ...round, required: true, describe: 'Waiting round' },
    reason: { value: 'TEXT', describe: 'Why' },
  },
  run: async (context, { retraining: name, round: number, reason }) => {
    const client = await context.client();
    const params = { retraining: name, round: number };
    const over = await client.call(dismissRetrainingRound, { params, body: reason === undefined ? {} : { reason } });
    await context.answer(over, () => `Round ${over.round} of ${name} is dismissed.`);
    return 0;
  },
});

const ofRound = { round: { ...round, required: true, describe: 'Round' } } as const;

const testSetCommand = command({
  path: ['retraining', 'test-set'],
  summary: 'Export the held-out predictions of the window that triggered a round, as JSON lines',
  example: `steelyard retraining test-set ranker --round 3 > test.jsonl
steelyard retraining test-set ranker --round 3 --labels > labelled.jsonl`,
  needs: 'server',
  positionals: { retraining },
  options: { ...ofRound, labels: { describe: 'Add the label to each line' } },
  run: async (context, { retraining: name, round: number, labels }) => {
    const input = { params: { retraining: name, round: number }, query: { labels: labels ? 'true' : 'false' } };
    await passOn(await (await context.client()).download(exportRoundTestSet, input), context);
    return 0;
  },
});

const trainingSetCommand = command({
  path: ['retraining', 'training-set'],
  summary: 'Export the labelled predictions of the data of a round, without the held-out ones, as JSON lines',
  example: 'steelyard retraining training-set ranker --round 3 > training.jsonl',
  needs: 'server',
  positionals: { retraining },
  options: ofRound,
  run: async (context, { retraining: name, round: number }) => {
    const input = { params: { retraining: name, round: number } };
    await passOn(await (await context.client()).download(exportRoundTrainingSet, input), context);
    return 0;
  },
});

const scoreCommand = command({
  path: ['retraining', 'score'],
  summary: 'Score the answers of a candidate to the test set of a round, for the gate',
  example: 'steelyard retraining score ranker answers.jsonl --round 3 --run 0123abcd',
  needs: 'server',
  positionals: {
    retraining,
    file: { describe: 'JSON lines {"prediction": "p1", "output": 1}, one for each line of the test set' },
  },
  options: {
    ...ofRound,
    run: { value: 'RUN', schema: RunId, required: true, describe: 'MLflow run of the candidate' },
  },
  run: async (context, { retraining: name, file, round: number, run }) => {
    await stat(file).catch((error: unknown) => Promise.reject(unreadable(file, error)));
    const params = { retraining: name, round: number, runId: run };
    const scored = await (await context.client()).upload(
      scoreRoundAnswers,
      { params },
      readBytes(file, () => {}),
    );
    await context.answer(scored, () => {
      const { name: evaluation, version, rows, outcomes } = scored.evaluation;
      const means = outcomes.map(({ outcome, mean }) => `${outcome} ${Number(mean.toPrecision(4))}`).join(', ');
      return `Scored ${rows} answers as evaluation ${evaluation} v${version}: ${means}.`;
    });
    return 0;
  },
});

export const retrainingCommands = [
  ...[listCommand, showCommand, startCommand, dismissCommand],
  ...[testSetCommand, trainingSetCommand, scoreCommand],
];
