import {
  deleteExperiment,
  type ExperimentActivity,
  listExperimentActivity,
  listRunColumns,
  restoreExperiment,
} from '../src/mlops/run-views/run-table/schema.ts';
import { type Experiment, getExperiment, listExperiments } from '../src/mlops/runs/schema.ts';
import type { Client } from './connection/client.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError, RemoteFailure } from './frame/failure.ts';
import { limitOption, moreText, readPages } from './frame/pages.ts';
import { counted, formatCount, formatInstant, formatMoney } from './output/amounts.ts';
import { facts, table } from './output/table.ts';

const MOST_ASKED_AT_ONCE = 500;

const listCommand = command({
  path: ['experiment', 'list'],
  summary: 'List the experiments with their runs and cost, newest first',
  example: 'steelyard experiment list --name ranker',
  needs: 'server',
  options: {
    name: { value: 'TEXT', describe: 'Only those with this text in their name, in any case' },
    deleted: { describe: 'List deleted experiments' },
    ...limitOption,
  },
  run: async (context, { name, deleted, limit }) => {
    const client = await context.client();
    const query = { name: name ?? '', view: deleted ? ('deleted' as const) : ('active' as const) };
    const page = await readPages(client, listExperiments, query, 'experiments', limit);
    const activity = await readActivity(
      client,
      page.experiments.map(({ experimentId }) => experimentId),
    );
    const document = {
      ...page,
      experiments: page.experiments.map((one) => ({ ...one, activity: activity.get(one.experimentId) ?? null })),
    };
    await context.answer(document, () => experimentsText(page.experiments, activity, context));
    await context.remark(moreText(page) ?? '');
    return 0;
  },
});

async function readActivity(client: Client, ids: readonly string[]): Promise<Map<string, ExperimentActivity>> {
  const found = new Map<string, ExperimentActivity>();
  for (let at = 0; at < ids.length; at += MOST_ASKED_AT_ONCE) {
    const experimentIds = ids.slice(at, at + MOST_ASKED_AT_ONCE);
    const { experiments } = await client.call(listExperimentActivity, { query: { experimentIds } });
    for (const one of experiments) found.set(one.experimentId, one);
  }
  return found;
}

function experimentsText(
  experiments: readonly Experiment[],
  activity: ReadonlyMap<string, ExperimentActivity>,
  { paint }: Context,
): string {
  if (experiments.length === 0) return '';
  const of = ({ experimentId }: Experiment) => activity.get(experimentId);
  return table(
    experiments,
    [
      { title: 'ID', align: 'right', cell: ({ experimentId }) => experimentId },
      { title: 'EXPERIMENT', cell: ({ name }) => name },
      { title: 'RUNS', align: 'right', cell: (one) => formatCount(of(one)?.runs ?? 0) },
      { title: 'LAST RUN', cell: (one) => lastRunText(of(one)), least: 20 },
      { title: 'COST', cell: (one) => costText(of(one)) },
      { title: 'CREATED', cell: ({ createdAt }) => formatInstant(createdAt), least: 20 },
    ],
    paint,
  );
}

function lastRunText(activity: ExperimentActivity | undefined): string | null {
  return activity === undefined || activity.lastRunAt === null ? null : formatInstant(activity.lastRunAt);
}

/** Sums by currency, marked where runs of unknown cost are left out; null when none is known. */
function costText(activity: ExperimentActivity | undefined): string | null {
  if (activity === undefined || activity.cost.costs.length === 0) return null;
  const sums = activity.cost.costs.map((money) => formatMoney(money)).join(' + ');
  const out = activity.cost.runsWithoutCost;
  return out === 0 ? sums : `${sums}, ${counted(out, 'run')} unknown`;
}

const experimentPositional = { experiment: { describe: 'Name or id' } } as const;

const showCommand = command({
  path: ['experiment', 'show'],
  summary: 'Show an experiment: its runs, cost and logged keys',
  example: 'steelyard experiment show ranker-tuning',
  needs: 'server',
  positionals: experimentPositional,
  run: async (context, { experiment: named }) => {
    const client = await context.client();
    const experimentId = await findExperimentId(client, named);
    const experiment = await client.call(getExperiment, { params: { experimentId } });
    const activity = (await readActivity(client, [experimentId])).get(experimentId);
    const { columns } = await client.call(listRunColumns, { query: { experimentId } });
    await context.answer({ ...experiment, activity: activity ?? null, columns }, () => {
      const head: [string, string | null][] = [
        ['experiment', `${experiment.name} (${experimentId})`],
        ['stage', experiment.lifecycleStage],
        ['runs', formatCount(activity?.runs ?? 0)],
        ['last run', lastRunText(activity)],
        ['cost', costText(activity)],
        ['artifacts', experiment.artifactLocation],
        ['created', formatInstant(experiment.createdAt)],
      ];
      const keys = (entity: 'metric' | 'param' | 'tag') =>
        columns
          .filter((column) => column.entity === entity)
          .map(({ key, runs }) => `${key}${runs === null ? '' : ` (${formatCount(runs)})`}`)
          .join(', ') || null;
      return facts(
        [...head, ['metrics', keys('metric')], ['params', keys('param')], ['tags', keys('tag')]],
        context.paint,
      );
    });
    return 0;
  },
});

const deleteCommand = command({
  path: ['experiment', 'delete'],
  summary: 'Delete an experiment and its runs; experiment restore undoes it',
  example: 'steelyard experiment delete ranker-tuning',
  needs: 'server',
  positionals: experimentPositional,
  run: async (context, { experiment }) => move(context, experiment, 'deleted'),
});

const restoreCommand = command({
  path: ['experiment', 'restore'],
  summary: 'Restore a deleted experiment with all of its runs',
  example: 'steelyard experiment restore ranker-tuning',
  needs: 'server',
  positionals: experimentPositional,
  run: async (context, { experiment }) => move(context, experiment, 'restored'),
});

async function move(context: Context, experiment: string, done: 'deleted' | 'restored'): Promise<number> {
  const client = await context.client();
  const params = { experimentId: await findExperimentId(client, experiment) };
  const moved = await client.call(done === 'deleted' ? deleteExperiment : restoreExperiment, { params });
  await context.answer(moved, () => `${done} ${experiment} with ${counted(moved.runs, 'run')}`);
  return 0;
}

/** Resolves an experiment by id or name. Names are unique; an id wins over a name. Error: `experiment_not_found`. */
export async function findExperimentId(client: Client, experiment: string): Promise<string> {
  if (/^\d{1,15}$/.test(experiment) && (await isExperimentId(client, experiment))) return experiment;
  const query = { name: experiment, view: 'all' as const };
  const { experiments } = await readPages(client, listExperiments, query, 'experiments', Number.POSITIVE_INFINITY);
  const found = experiments.find(({ name }) => name === experiment);
  if (found !== undefined) return found.experimentId;
  throw new CommandError('experiment_not_found', `There is no experiment "${experiment}".`, { experiment });
}

async function isExperimentId(client: Client, experimentId: string): Promise<boolean> {
  try {
    await client.call(getExperiment, { params: { experimentId } });
    return true;
  } catch (error) {
    if (error instanceof RemoteFailure && error.problem.code === 'experiment_not_found') return false;
    throw error;
  }
}

export const experimentCommands = [listCommand, showCommand, deleteCommand, restoreCommand];
