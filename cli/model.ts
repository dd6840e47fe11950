import {
  getModel,
  listModels,
  listModelVersions,
  type Model,
  type ModelVersion,
} from '../src/mlops/registry/schema.ts';
import type { VersionEvidence } from '../src/tradeoff/evidence/schema.ts';
import { listModelEvidence } from '../src/tradeoff/evidence/schema.ts';
import type { ComparedUnitCosts } from '../src/tradeoff/unit-cost/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { limitOption, moreText, readPages } from './frame/pages.ts';
import { scorecardCommand } from './model-scorecard.ts';
import { formatCount, formatInstant, formatMoney } from './output/amounts.ts';
import { metricsText } from './output/metrics.ts';
import { facts, table } from './output/table.ts';

const NO_MODEL = 'No model yet. Register one with an MLflow client: MLFLOW_TRACKING_URI=http://… (steelyard serve)';

const listCommand = command({
  path: ['model', 'list'],
  summary: 'List the registered models',
  example: 'steelyard model list',
  needs: 'server',
  options: limitOption,
  run: async (context, { limit }) => {
    const page = await readPages(await context.client(), listModels, {}, 'models', limit);
    await context.answer(page, () => modelsText(page.models, context));
    await context.remark(moreText(page) ?? (page.models.length === 0 ? NO_MODEL : ''));
    return 0;
  },
});

function modelsText(models: readonly Model[], { paint }: Context): string {
  if (models.length === 0) return '';
  return table(
    models,
    [
      { title: 'MODEL', cell: ({ name }) => name },
      { title: 'VERSIONS', align: 'right', cell: ({ versions }) => formatCount(versions) },
      { title: 'LATEST', align: 'right', cell: ({ latestVersion }) => latestVersion },
      { title: 'ALIASES', cell: ({ aliases }) => aliasesText(aliases) },
      { title: 'CHANGED', cell: ({ lastUpdatedAt }) => formatInstant(lastUpdatedAt), least: 20 },
    ],
    paint,
  );
}

function aliasesText(aliases: Model['aliases']): string | null {
  return aliases.length === 0 ? null : aliases.map(({ alias, version }) => `@${alias}=${version}`).join(' ');
}

const showCommand = command({
  path: ['model', 'show'],
  summary: 'Show a registered model: its versions with quality and cost',
  example: 'steelyard model show recommender',
  needs: 'server',
  positionals: { model: { describe: 'Registered model' } },
  run: async (context, { model: name }) => {
    const client = await context.client();
    const params = { model: name };
    const [model, versions, evidence] = await Promise.all([
      client.call(getModel, { params }),
      client.call(listModelVersions, { params }),
      client.call(listModelEvidence, { params }),
    ]);
    const { versions: found, compared } = evidence;
    const document = { model, versions: versions.versions, evidence: found, compared };
    const rows = listWithEvidence(document.versions, document.evidence);
    await context.answer(document, () => modelText({ model, rows, compared }, context));
    return 0;
  },
});

interface WeighedVersion {
  readonly version: ModelVersion;
  readonly evidence: VersionEvidence | undefined;
}

function listWithEvidence(versions: readonly ModelVersion[], evidence: readonly VersionEvidence[]): WeighedVersion[] {
  const byVersion = new Map(evidence.map((one) => [one.version, one]));
  return versions.map((version) => ({ version, evidence: byVersion.get(version.version) }));
}

interface ShownModel {
  readonly model: Model;
  readonly rows: readonly WeighedVersion[];
  readonly compared: ComparedUnitCosts;
}

function modelText({ model, rows: versions, compared }: ShownModel, { paint }: Context): string {
  const figures = new Map(compared.figures.map((figure) => [figure.version, figure.perThousand]));
  const head = facts(
    [
      ['model', model.name],
      ['description', model.description],
      ['aliases', aliasesText(model.aliases)],
      ['changed', formatInstant(model.lastUpdatedAt)],
    ],
    paint,
  );
  if (versions.length === 0) return `${head}\n\nno version`;
  const rows = table(
    versions,
    [
      { title: 'VERSION', align: 'right', cell: ({ version }) => version.version },
      { title: 'ALIASES', cell: ({ version }) => version.aliases.map((alias) => `@${alias}`).join(' ') || null },
      { title: 'TRAINING', align: 'decimal', cell: ({ evidence }) => formatMoney(evidence?.trainingCost.cost ?? null) },
      {
        title: 'PER 1,000 PREDICTIONS',
        align: 'decimal',
        cell: ({ version }) => formatMoney(figures.get(version.version) ?? null),
      },
      { title: 'METRICS', cell: ({ version }) => metricsText(version.metrics), least: 20 },
      { title: 'RUN', cell: ({ version }) => version.runId, least: 32 },
      { title: 'REGISTERED', cell: ({ version }) => formatInstant(version.createdAt), least: 20 },
    ],
    paint,
  );
  return `${head}\n\n${rows}\n\n${comparedText(compared)}`;
}

/** Basis of the cost column, or the reason why costs cannot be compared. */
function comparedText({ basis, hardware, batchSize, window, leftOut, reason }: ComparedUnitCosts): string {
  const when = window === null ? 'at full use, priced as of now' : `${window.start} to ${window.end}`;
  const batches = batchSize === null ? '' : `, batches of ${batchSize}`;
  const what = basis === null ? [] : [`per 1,000 predictions: ${basis} on ${hardware}${batches}, ${when}`];
  const why = reason === null ? [] : [`not comparable: ${reason}`];
  return [...what, ...why, ...leftOut.map((one) => `version ${one.version} left out: ${one.reason}`)].join('\n');
}

export const modelCommands = [listCommand, showCommand, scorecardCommand];
