import { type Experiment, getRun, listExperiments, listRuns, type Run } from '../src/mlops/tracking/schema.ts';
import type { Client } from './connection/client.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { limitOption, moreText, readPages } from './frame/pages.ts';
import { shownInstant } from './output/amounts.ts';
import { metricsText, metricText } from './output/metrics.ts';
import { facts, table } from './output/table.ts';
import { subjectText } from './usage.ts';

const experimentsCommand = command({
  path: ['experiment', 'list'],
  summary: 'List the experiments, newest first',
  example: 'steelyard experiment list',
  needs: 'server',
  options: limitOption,
  run: async (context, { limit }) => {
    const page = await readPages(await context.client(), listExperiments, {}, 'experiments', limit);
    await context.answer(page, () => experimentsText(page.experiments, context));
    await context.remark(moreText(page) ?? '');
    return 0;
  },
});

function experimentsText(experiments: readonly Experiment[], { paint }: Context): string {
  if (experiments.length === 0) return '';
  return table(
    experiments,
    [
      { title: 'ID', align: 'right', cell: ({ experimentId }) => experimentId },
      { title: 'EXPERIMENT', cell: ({ name }) => name },
      { title: 'MADE', cell: ({ createdAt }) => shownInstant(createdAt) },
      { title: 'CHANGED', cell: ({ updatedAt }) => shownInstant(updatedAt) },
    ],
    paint,
  );
}

const listCommand = command({
  path: ['run', 'list'],
  summary: 'List the runs, newest first',
  example: `steelyard run list --experiment recommender --filter "metrics.ndcg_at_10 > 0.3"`,
  needs: 'server',
  options: {
    experiment: { value: 'NAME|ID', describe: 'Only of this experiment' },
    filter: { value: 'FILTER', describe: "MLflow's filter, such as \"params.rank = '16' and metrics.ndcg > 0.3\"" },
    ...limitOption,
  },
  run: async (context, { experiment, filter, limit }) => {
    const client = await context.client();
    const experimentId = experiment === undefined ? undefined : await experimentIdOf(client, experiment);
    const page = await readPages(client, listRuns, { experimentId, filter: filter ?? '' }, 'runs', limit);
    await context.answer(page, () => runsText(page.runs, context));
    const none = page.runs.length === 0 ? 'No run. Log one with an MLflow client: MLFLOW_TRACKING_URI=http://…' : '';
    await context.remark(moreText(page) ?? none);
    return 0;
  },
});

/** A name is unique among experiments, so it stands for an id. */
async function experimentIdOf(client: Client, experiment: string): Promise<string> {
  if (/^\d+$/.test(experiment)) return experiment;
  const { experiments } = await readPages(client, listExperiments, {}, 'experiments', Number.POSITIVE_INFINITY);
  const found = experiments.find(({ name }) => name === experiment);
  if (found !== undefined) return found.experimentId;
  throw new CommandError('experiment_not_found', `There is no experiment "${experiment}".`, { experiment });
}

function runsText(runs: readonly Run[], { paint }: Context): string {
  if (runs.length === 0) return '';
  return table(
    runs,
    [
      { title: 'RUN', cell: ({ runId }) => runId },
      { title: 'NAME', cell: ({ runName }) => runName },
      { title: 'EXPERIMENT', cell: ({ experimentName }) => experimentName },
      { title: 'STATUS', cell: ({ status }) => status },
      { title: 'STARTED', cell: ({ startTime }) => shownInstant(startTime) },
      { title: 'METRICS', cell: ({ metrics }) => metricsText(metrics) },
    ],
    paint,
  );
}

const showCommand = command({
  path: ['run', 'show'],
  summary: 'Show one run with its params, metrics and tags',
  example: 'steelyard run show 0123456789abcdef0123456789abcdef',
  needs: 'server',
  positionals: { run: { describe: 'Run id' } },
  run: async (context, { run: runId }) => {
    const client = await context.client();
    const run = await client.call(getRun, { params: { runId } });
    await context.answer(run, () => runText(run, context));
    return 0;
  },
});

function runText(run: Run, { paint }: Context): string {
  const head = facts(
    [
      ['run', run.runId],
      ['name', run.runName],
      ['experiment', `${run.experimentName} (${run.experimentId})`],
      ['status', run.status],
      ['started', shownInstant(run.startTime)],
      ['ended', run.endTime === null ? null : shownInstant(run.endTime)],
      ['subject', subjectText(run.subject)],
    ],
    paint,
  );
  const metrics = Object.entries(run.metrics).map(([name, value]) => [name, metricText(value)] as const);
  const parts = [
    ['Metrics', metrics],
    ['Params', Object.entries(run.params)],
    ['Tags', Object.entries(run.tags)],
  ] as const;
  const shown = parts
    .filter(([, pairs]) => pairs.length > 0)
    .map(([title, pairs]) => `${paint.heading(title)}\n${facts(pairs.toSorted(byName), paint)}`);
  return [head, ...shown].join('\n\n');
}

function byName([left]: readonly [string, string | null], [right]: readonly [string, string | null]): number {
  return left < right ? -1 : 1;
}

export const runCommands = [experimentsCommand, listCommand, showCommand];
