import {
  type ImportedModelVersion,
  importModel,
  listImported,
  recordImported,
} from '../../src/mlops/transfer/schema.ts';
import { computeFingerprint } from './fingerprint.ts';
import type { ImportPass } from './import-job.ts';
import { orLeft } from './import-runs.ts';
import { DownloadUri, ModelsPage, type ModelVersion, OneRun, type RegisteredModel, VersionsPage } from './messages.ts';
import { everyItem } from './paging.ts';
import { MlflowRefusal, type MlflowServer } from './server.ts';

const MODELS_A_PAGE = 500;
const VERSIONS_A_PAGE = 1000;

/** Takes over the registered models, prompts included, that are new or changed there. */
export async function importModels(pass: ImportPass): Promise<void> {
  const { from, to, report, options } = pass;
  for await (const model of modelsOf(from)) {
    pass.progress.show(`model ${model.name}`, null);
    const versions = await listVersions(from, model.name);
    const fingerprint = computeFingerprint([model, versions]);
    const { known } = await to.call(listImported, {
      body: { source: from.url, kind: 'registered-model', ids: [model.name] },
    });
    if (known[model.name] === fingerprint && !options.verify) {
      report.registeredModels.unchanged += 1;
      continue;
    }
    await orLeft(pass, `model ${model.name}`, async () => {
      await importOne(pass, model, versions);
      const entity = { source: from.url, kind: 'registered-model', id: model.name } as const;
      await to.call(recordImported, { body: { ...entity, fingerprint } });
      report.registeredModels.imported += 1;
    });
  }
}

async function importOne(
  { from, to, report }: ImportPass,
  model: RegisteredModel,
  versions: ModelVersion[],
): Promise<void> {
  const sent: ImportedModelVersion[] = [];
  for (const version of versions) sent.push(await versionBody(from, version));
  const { left } = await to.call(importModel, {
    body: {
      source: from.url,
      name: model.name,
      description: model.description ?? null,
      creationTimestamp: model.creation_timestamp,
      lastUpdatedTimestamp: model.last_updated_timestamp,
      tags: model.tags,
      aliases: model.aliases,
      versions: sent,
    },
  });
  for (const { version, reason } of left) report.left.push({ what: `model ${model.name} version ${version}`, reason });
}

async function versionBody(from: MlflowServer, version: ModelVersion): Promise<ImportedModelVersion> {
  const { runId, modelId } = { runId: version.run_id || null, modelId: findModelId(version) };
  return {
    version: version.version,
    creationTimestamp: version.creation_timestamp,
    lastUpdatedTimestamp: version.last_updated_timestamp,
    description: version.description ?? null,
    stage: version.current_stage,
    source: version.source,
    under: modelId === null ? await findPlace(from, version) : { of: 'logged-model' },
    runId,
    modelId,
    runLink: version.run_link || null,
    tags: version.tags,
  };
}

/** The logged model that a version was made of. */
export function findModelId({ model_id: modelId, source }: ModelVersion): string | null {
  return modelId || (/^models:\/(m-[\w-]+)$/.exec(source)?.[1] ?? null);
}

/** Location of a version: in its run's artifacts, or elsewhere. */
async function findPlace(from: MlflowServer, version: ModelVersion): Promise<ImportedModelVersion['under']> {
  const { run_id: runId, name, version: number } = version;
  if (runId === undefined || runId === '') return { of: 'elsewhere' };
  const byRun = new RegExp(`^runs:/${runId}/(.*)$`, 's').exec(version.source)?.[1];
  if (byRun !== undefined) return { of: 'run', path: byRun };
  const root = await readArtifactRoot(from, runId);
  const query = { name, version: String(number) };
  const source = version.source.startsWith('models:')
    ? (await from.get('model-versions/get-download-uri', query, DownloadUri)).artifact_uri
    : version.source;
  if (root === null || !(source === root || source.startsWith(`${root}/`))) return { of: 'elsewhere' };
  return { of: 'run', path: source.slice(root.length + 1) };
}

async function readArtifactRoot(from: MlflowServer, runId: string): Promise<string | null> {
  try {
    return (await from.get('runs/get', { run_id: runId }, OneRun)).run.info.artifact_uri.replace(/\/+$/, '');
  } catch (error) {
    if (error instanceof MlflowRefusal && error.status === 404) return null;
    throw error;
  }
}

const PROMPTS = "tags.`mlflow.prompt.is_prompt` = 'true'";

/** Models, then prompts: newer servers show these only when they are asked for. */
export async function* modelsOf(server: MlflowServer): AsyncGenerator<RegisteredModel> {
  const seen = new Set<string>();
  for (const filter of ['', PROMPTS]) {
    for await (const model of modelsMatching(server, filter)) {
      if (!seen.has(model.name)) yield model;
      seen.add(model.name);
    }
  }
}

function modelsMatching(server: MlflowServer, filter: string): AsyncGenerator<RegisteredModel> {
  return everyItem(async (token) => {
    const query = {
      max_results: String(MODELS_A_PAGE),
      ...(filter === '' ? {} : { filter }),
      ...(token === '' ? {} : { page_token: token }),
    };
    const page = await server.get('registered-models/search', query, ModelsPage);
    return { items: page.registered_models, next: page.next_page_token };
  });
}

export async function listVersions(server: MlflowServer, name: string): Promise<ModelVersion[]> {
  const quote = name.includes("'") ? '"' : "'";
  const found: ModelVersion[] = [];
  const pages = everyItem<ModelVersion>(async (token) => {
    const query = {
      filter: `name = ${quote}${name}${quote}`,
      max_results: String(VERSIONS_A_PAGE),
      ...(token === '' ? {} : { page_token: token }),
    };
    const page = await server.get('model-versions/search', query, VersionsPage);
    return { items: page.model_versions, next: page.next_page_token };
  });
  for await (const version of pages) found.push(version);
  return found.toSorted((a, b) => a.version - b.version);
}
