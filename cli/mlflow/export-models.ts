import { z } from 'zod';
import { type ExportPass, ORIGIN_TAG, withOrigin } from './export-job.ts';
import { findModelId, listVersions, modelsOf } from './import-models.ts';
import { orLeft } from './import-runs.ts';
import { ModelVersion, Nothing, OneLoggedModel, OneRun, type RegisteredModel } from './messages.ts';
import { MlflowRefusal, type MlflowServer } from './server.ts';

const OneVersion = z.object({ model_version: ModelVersion });

/**
 * Registers the models and versions there that have exported artifacts. The other server assigns the version numbers.
 */
export async function exportModels(pass: ExportPass): Promise<void> {
  for await (const model of modelsOf(pass.from)) {
    pass.progress.show(`model ${model.name}`, null);
    await orLeft(pass, `model ${model.name}`, () => exportModel(pass, model));
  }
}

async function exportModel(pass: ExportPass, model: RegisteredModel): Promise<void> {
  const { from, to, report } = pass;
  await ensureModel(to, model);
  report.registeredModels.exported += 1;
  const known = new Map(
    (await listVersions(to, model.name)).flatMap(({ version, tags }) => {
      const origin = tags.find(({ key }) => key === ORIGIN_TAG)?.value;
      return origin === undefined ? [] : [[origin, version] as const];
    }),
  );
  for (const version of await listVersions(from, model.name)) {
    const origin = `${model.name}/${version.version}`;
    if (known.has(origin)) continue;
    const source = await sourceThere(pass, version);
    if (source === null) {
      const reason = 'its artifacts lie under no run and no logged model that was written there';
      report.left.push({ what: `model ${model.name} version ${version.version}`, reason });
      continue;
    }
    const made = await to.post(
      'model-versions/create',
      {
        name: model.name,
        ...source,
        description: version.description,
        tags: withOrigin(version.tags, origin),
      },
      OneVersion,
    );
    known.set(origin, made.model_version.version);
    report.registeredModels.versions += 1;
  }
  for (const { alias, version } of model.aliases) {
    const there = known.get(`${model.name}/${version}`);
    if (there === undefined) continue;
    await to.post('registered-models/alias', { name: model.name, alias, version: String(there) }, Nothing);
  }
}

async function ensureModel(to: MlflowServer, { name, description, tags }: RegisteredModel): Promise<void> {
  try {
    await to.post('registered-models/create', { name, description, tags }, Nothing);
  } catch (error) {
    if (!(error instanceof MlflowRefusal) || error.errorCode !== 'RESOURCE_ALREADY_EXISTS') throw error;
  }
}

interface Source {
  readonly source: string;
  readonly run_id?: string;
  readonly model_id?: string;
}

/** Location of a version's artifacts on the other server; null when they are not there. */
async function sourceThere(pass: ExportPass, version: ModelVersion): Promise<Source | null> {
  const modelId = findModelId(version);
  if (modelId !== null) return sourceInModel(pass, version, modelId);
  const { from, to, runIds } = pass;
  const runId = version.run_id === undefined ? undefined : runIds.get(version.run_id);
  if (version.run_id === undefined || runId === undefined) return null;
  const rootHere = (await from.get('runs/get', { run_id: version.run_id }, OneRun)).run.info.artifact_uri;
  if (!version.source.startsWith(`${rootHere}/`)) return null;
  const rootThere = (await to.get('runs/get', { run_id: runId }, OneRun)).run.info.artifact_uri;
  return { source: `${rootThere}${version.source.slice(rootHere.length)}`, run_id: runId };
}

async function sourceInModel(
  { from, to, runIds, modelIds }: ExportPass,
  version: ModelVersion,
  idHere: string,
): Promise<Source | null> {
  const idThere = modelIds.get(idHere);
  if (idThere === undefined) return null;
  const runId = runIds.get(version.run_id ?? '');
  const owner = { model_id: idThere, ...(runId === undefined ? {} : { run_id: runId }) };
  if (version.source.startsWith('models:')) return { source: `models:/${idThere}`, ...owner };
  const [rootHere, rootThere] = [await readArtifactRoot(from, idHere), await readArtifactRoot(to, idThere)];
  const isUnder = version.source === rootHere || version.source.startsWith(`${rootHere}/`);
  return isUnder ? { source: `${rootThere}${version.source.slice(rootHere.length)}`, ...owner } : null;
}

async function readArtifactRoot(server: MlflowServer, modelId: string): Promise<string> {
  const { model } = await server.get(`logged-models/${encodeURIComponent(modelId)}`, {}, OneLoggedModel);
  return model.info.artifact_uri;
}
