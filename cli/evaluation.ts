import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  type Evaluation,
  EvaluationName,
  getEvaluation,
  importEvaluation,
  listEvaluations,
  sendEvaluationFile,
} from '../src/mlops/evaluations/schema.ts';
import { RunId } from '../src/mlops/runs/schema.ts';
import { Currency } from '../src/platform/units/schema.ts';
import { readBytes, unreadable } from './bill-files.ts';
import type { Client } from './connection/client.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { counted, formatCount, formatInstant, formatMoney } from './output/amounts.ts';
import { createProgress } from './output/progress.ts';
import { facts, table } from './output/table.ts';

const importCommand = command({
  path: ['evaluation', 'import'],
  summary: 'Import per-example outcomes of a run, so that versions are compared on the same examples',
  example: `steelyard evaluation import outcomes.csv --run 0123abcd --id example_id --correct correct
steelyard evaluation import outcomes.csv --run 0123abcd --id example_id --correct correct --confidence score
steelyard evaluation import ndcg.parquet --run 0123abcd --id user --score ndcg_at_10,recall_at_10
steelyard evaluation import --run 0123abcd --artifact eval.json --id id --correct correct --cluster user`,
  needs: 'server',
  positionals: {
    file: { describe: 'CSV with a header, CSV.gz, Parquet, or JSON of mlflow.log_table', optional: true },
  },
  options: {
    run: { value: 'RUN', schema: RunId, required: true, describe: 'MLflow run that the outcomes belong to' },
    id: { value: 'COLUMN', required: true, describe: 'Column of the example ids' },
    correct: { value: 'COLUMN', describe: 'Column of the binary outcome: true/false or 1/0' },
    score: { value: 'COLUMN[,COLUMN]', describe: 'Columns of numeric outcomes' },
    cluster: { value: 'COLUMN', describe: 'Column of the user or group; examples of one are dependent' },
    confidence: { value: 'COLUMN', describe: 'Column of the confidence of the answer, 0 to 1; for cascades' },
    latency: { value: 'COLUMN', describe: 'Column of the latency in milliseconds' },
    cost: { value: 'COLUMN', describe: 'Column of the cost of an example; with --currency' },
    currency: { value: 'CODE', schema: Currency, describe: 'Currency of --cost' },
    artifact: {
      value: 'PATH',
      describe: 'Artifact of the run in place of a file, such as a table of mlflow.log_table',
    },
    name: { value: 'NAME', schema: EvaluationName, fallback: 'default', describe: 'Name of the evaluation' },
  },
  run: async (context, { file, run, name, artifact, score, latency, ...columns }) => {
    if ((file === undefined) === (artifact === undefined)) {
      throw new CommandError('usage', 'Name a FILE, or an artifact of the run with --artifact PATH.');
    }
    const scores = score === undefined ? [] : score.split(',').map((one) => one.trim());
    if (columns.correct === undefined && scores.length === 0) {
      throw new CommandError('usage', 'Name an outcome: --correct COLUMN, --score COLUMN, or both.');
    }
    if ((columns.cost === undefined) !== (columns.currency === undefined)) {
      throw new CommandError('usage', '--cost and --currency belong together, such as --cost usd --currency USD.');
    }
    const client = await context.client();
    const upload = file === undefined ? undefined : await sendFile(context, client, file);
    const result = await client.call(importEvaluation, {
      body: { runId: run, name, upload, artifact, columns: { ...columns, scores, latencyMs: latency } },
    });
    await context.answer(result, () => importedText(result, context));
    return 0;
  },
});

async function sendFile(context: Context, client: Client, file: string): Promise<string> {
  const progress = createProgress(context.io.err, context.globals.json);
  try {
    const name = basename(file);
    const { size } = await stat(file).catch((error: unknown) => Promise.reject(unreadable(file, error)));
    const content = readBytes(file, (sizeBytes) => progress.show(name, sizeBytes / size));
    return (await client.upload(sendEvaluationFile, { query: { name } }, content)).upload;
  } finally {
    await progress.clear();
  }
}

function importedText(
  { outcome, evaluation }: { outcome: 'created' | 'unchanged'; evaluation: Evaluation },
  { paint }: Context,
): string {
  const { name, version, rows, outcomes } = evaluation;
  const what = `evaluation ${name} v${version}`;
  if (outcome === 'unchanged') return `Unchanged: ${what} has the same ${counted(rows, 'example')}.`;
  const means = outcomes.map((one) => `${one.outcome} ${formatMean(one.mean)}`).join(', ');
  return `${paint.good('Imported')} ${what}: ${counted(rows, 'example')}; ${means}.`;
}

/** Four significant digits. */
function formatMean(mean: number): string {
  return String(Number(mean.toPrecision(4)));
}

const listCommand = command({
  path: ['evaluation', 'list'],
  summary: 'List the evaluations of a run with all their versions',
  example: 'steelyard evaluation list --run 0123abcd',
  needs: 'server',
  options: { run: { value: 'RUN', schema: RunId, required: true, describe: 'MLflow run' } },
  run: async (context, { run }) => {
    const client = await context.client();
    const document = await client.call(listEvaluations, { query: { runId: run } });
    await context.answer(document, () => evaluationsText(document.evaluations, context));
    if (document.evaluations.length === 0) {
      await context.remark(
        'No evaluation yet. steelyard evaluation import FILE --run RUN --id COLUMN --correct COLUMN',
      );
    }
    return 0;
  },
});

function evaluationsText(evaluations: readonly Evaluation[], { paint }: Context): string {
  if (evaluations.length === 0) return '';
  return table(
    evaluations,
    [
      { title: 'NAME', cell: ({ name }) => name },
      { title: 'VERSION', align: 'right', cell: ({ version }) => String(version) },
      { title: 'EXAMPLES', align: 'right', cell: ({ rows }) => formatCount(rows) },
      {
        title: 'MEANS',
        cell: ({ outcomes }) => outcomes.map(({ outcome, mean }) => `${outcome} ${formatMean(mean)}`).join(', '),
        least: 16,
      },
      { title: 'IMPORTED', cell: ({ importedAt }) => formatInstant(importedAt) },
      { title: 'ID', cell: ({ evaluation }) => evaluation },
    ],
    paint,
  );
}

const showCommand = command({
  path: ['evaluation', 'show'],
  summary: 'Show one evaluation with its outcomes and digest',
  example: 'steelyard evaluation show ev_0f4f8c1e-6b1d-4a7e-9a53-0d4d8b8d8f11',
  needs: 'server',
  positionals: { evaluation: { describe: 'Id of the evaluation' } },
  run: async (context, { evaluation: id }) => {
    const client = await context.client();
    const evaluation = await client.call(getEvaluation, { params: { evaluation: id } });
    await context.answer(evaluation, () => evaluationText(evaluation, context));
    return 0;
  },
});

function evaluationText(evaluation: Evaluation, { paint }: Context): string {
  const {
    name,
    version,
    runId,
    rows,
    clusters,
    confidence,
    latencyP95Ms,
    cost,
    sha256,
    source,
    importedAt,
    importedBy,
  } = evaluation;
  const head = facts(
    [
      ['Run', runId],
      ['Evaluation', `${name} v${version}`],
      ['Examples', formatCount(rows)],
      ['Clusters', clusters === null ? 'none' : formatCount(clusters)],
      [
        'Confidence',
        confidence === undefined
          ? 'not recorded'
          : `${formatMean(confidence.lowest)} to ${formatMean(confidence.highest)}, mean ${formatMean(confidence.mean)}`,
      ],
      ['Latency p95', latencyP95Ms === null ? 'not recorded' : `${formatMean(latencyP95Ms)} ms`],
      ['Cost', formatMoney(cost) ?? 'not recorded'],
      ['Source', source],
      ['Imported', `${formatInstant(importedAt)} by ${importedBy}`],
      ['SHA-256', sha256],
    ],
    paint,
  );
  const outcomes = table(
    evaluation.outcomes,
    [
      { title: 'OUTCOME', cell: ({ outcome }) => outcome },
      { title: 'KIND', cell: ({ kind }) => kind },
      { title: 'MEAN', align: 'decimal', cell: ({ mean }) => formatMean(mean) },
      {
        title: 'STANDARD DEVIATION',
        align: 'decimal',
        cell: ({ variance }) => (variance === null ? null : formatMean(Math.sqrt(variance))),
      },
    ],
    paint,
  );
  return `${head}\n\n${outcomes}`;
}

export const evaluationCommands = [importCommand, listCommand, showCommand];
