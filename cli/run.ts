import { countRuns, deleteRuns, restoreRuns, runsCsv } from '../src/mlops/run-views/run-table/schema.ts';
import { getRun, listRuns, type Run, RunView } from '../src/mlops/runs/schema.ts';
import { passOn, refuseBothFormats, saveTo } from './downloads.ts';
import { findExperimentId } from './experiment.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { limitOption, moreText, readPages } from './frame/pages.ts';
import { counted, formatBytes } from './output/amounts.ts';
import { createProgress } from './output/progress.ts';
import { type Column, table } from './output/table.ts';
import { chosenColumns, columnsSentence, readColumns, usualColumns } from './run-columns.ts';
import { runText } from './run-text.ts';

const listCommand = command({
  path: ['run', 'list'],
  summary: 'List the runs, newest first or in the given order',
  example: `steelyard run list --experiment recommender --filter "metrics.ndcg_at_10 > 0.3"
steelyard run list --order-by "cost.total DESC" --columns metrics.ndcg_at_10,params.rank,cost.total
steelyard run list --experiment recommender --csv --output runs.csv`,
  needs: 'server',
  options: {
    experiment: { value: 'NAME|ID', repeat: true, describe: 'Only of this experiment' },
    filter: {
      value: 'FILTER',
      fallback: '',
      describe: "MLflow's filter, such as \"params.rank = '16' and metrics.ndcg > 0.3 and cost.total < 5\"",
    },
    orderBy: { value: 'KEY [DESC]', repeat: true, describe: 'Order, such as "metrics.ndcg DESC"' },
    columns: { value: 'A,B', describe: `Columns: ${columnsSentence}` },
    view: { value: RunView.options.join('|'), schema: RunView, fallback: 'active', describe: 'Lifecycle stage' },
    csv: { describe: 'Write every matching run as CSV' },
    output: { value: 'FILE', short: 'o', describe: 'With --csv: the file to write; stdout by default' },
    ...limitOption,
  },
  run: async (context, { experiment, columns, csv, output, limit, ...asked }) => {
    refuseBothFormats(context, csv && output === undefined);
    const chosen = columns === undefined ? undefined : readColumns(columns);
    const client = await context.client();
    const experimentIds = await Promise.all(experiment.map((one) => findExperimentId(client, one)));
    const query = { ...asked, experimentIds, columns: chosen };
    if (csv) return writeCsv(context, query, output);
    const page = await readPages(client, listRuns, query, 'runs', limit);
    const tableColumns = chosen === undefined ? usualColumns(experimentIds.length === 1) : chosenColumns(chosen);
    await context.answer(page, () => runsText(page.runs, tableColumns, context));
    const none = page.runs.length === 0 ? 'No run. Log one with an MLflow client: MLFLOW_TRACKING_URI=http://…' : '';
    await context.remark(moreText(page) ?? none);
    return 0;
  },
});

interface CsvQuery {
  readonly experimentIds: string[];
  readonly filter: string;
  readonly view: RunView;
  readonly orderBy: string[];
  readonly columns: string[] | undefined;
}

async function writeCsv(context: Context, query: CsvQuery, output: string | undefined): Promise<number> {
  const client = await context.client();
  const content = await client.download(runsCsv, { query });
  if (output === undefined) {
    await passOn(content, context);
    return 0;
  }
  const { experimentIds, filter, view } = query;
  const { runs } = await client.call(countRuns, { query: { experimentIds, filter, view } });
  const progress = createProgress(context.io.err, context.globals.json);
  let lines = 0;
  content.on('data', (chunk: Buffer) => {
    for (const byte of chunk) if (byte === LINE_FEED) lines += 1;
    progress.show(output, Math.min(1, lines / (runs + 1)));
  });
  const sizeBytes = await saveTo(output, content);
  await progress.clear();
  await context.answer(
    { file: output, runs, sizeBytes },
    () => `${output}: ${counted(runs, 'run')}, ${formatBytes(sizeBytes)}`,
  );
  return 0;
}

const LINE_FEED = 0x0a;

function runsText(runs: readonly Run[], columns: readonly Column<Run>[], { paint }: Context): string {
  if (runs.length === 0) return '';
  const named: Column<Run>[] = [
    { title: 'RUN', cell: ({ runId }) => runId },
    { title: 'NAME', cell: ({ runName }) => runName, least: LEAST_NAME },
  ];
  return table(runs, [...named, ...columns], paint);
}

const LEAST_NAME = 8;

const showCommand = command({
  path: ['run', 'show'],
  summary: 'Show one run with its cost, metrics, params and tags',
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

const runsPositional = { runs: { describe: 'Run ids', many: true } } as const;

const deleteCommand = command({
  path: ['run', 'delete'],
  summary: 'Delete runs, all or none; run restore undoes it',
  example: 'steelyard run delete 0123456789abcdef0123456789abcdef',
  needs: 'server',
  positionals: runsPositional,
  run: async (context, { runs }) => {
    const moved = await (await context.client()).call(deleteRuns, { body: { runIds: runs } });
    await context.answer(moved, () => `deleted ${counted(moved.runIds.length, 'run')}`);
    return 0;
  },
});

const restoreCommand = command({
  path: ['run', 'restore'],
  summary: 'Restore deleted runs, all or none',
  example: 'steelyard run restore 0123456789abcdef0123456789abcdef',
  needs: 'server',
  positionals: runsPositional,
  run: async (context, { runs }) => {
    const moved = await (await context.client()).call(restoreRuns, { body: { runIds: runs } });
    await context.answer(moved, () => `restored ${counted(moved.runIds.length, 'run')}`);
    return 0;
  },
});

export const runCommands = [listCommand, showCommand, deleteCommand, restoreCommand];
