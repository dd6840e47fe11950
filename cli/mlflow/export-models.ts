import { z } from 'zod';
import { type ExportPass, ORIGIN_TAG } from './export-job.ts';
import { modelsOf, versionsOf } from './import-models.ts';
import { ModelVersion, Nothing, OneRun, type RegisteredModel } from './messages.ts';
import { MlflowRefusal, type MlflowServer } from './server.ts';

const OneVersion = z.object({ model_version: ModelVersion });

/** Registers models and versions there whose artifacts lie under a run that was written there. Numbers are theirs. */
export async function exportModels(pass: ExportPass): Promise<void> {
  for await (const model of modelsOf(pass.from)) {
    pass.progress.show(`model ${model.name}`, null);
    try {
      await exportModel(pass, model);
    } catch (error) {
      if (!(error instanceof MlflowRefusal)) throw error;
      pass.report.left.push({ what: `model ${model.name}`, reason: error.message });
    }
  }
}

async function exportModel({ from, to, report, runIds }: ExportPass, model: RegisteredModel): Promise<void> {
  await ensureModel(to, model);
  report.registeredModels.exported += 1;
  const known = new Map(
    (await versionsOf(to, model.name)).flatMap(({ version, tags }) => {
      const origin = tags.find(({ key }) => key === ORIGIN_TAG)?.value;
      return origin === undefined ? [] : [[origin, version] as const];
    }),
  );
  for (const version of await versionsOf(from, model.name)) {
    const origin = `${model.name}/${version.version}`;
    if (known.has(origin)) continue;
    const source = await sourceThere(from, to, version, runIds);
    if (source === null) {
      const reason = 'its artifacts do not lie under a run that was written there';
      report.left.push({ what: `model ${model.name} version ${version.version}`, reason });
      continue;
    }
    const made = await to.post(
      'model-versions/create',
      {
        name: model.name,
        source: source.uri,
        run_id: source.runId,
        description: version.description,
        tags: [...version.tags, { key: ORIGIN_TAG, value: origin }],
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

async function sourceThere(
  from: MlflowServer,
  to: MlflowServer,
  version: ModelVersion,
  runIds: ReadonlyMap<string, string>,
): Promise<{ uri: string; runId: string } | null> {
  const runId = version.run_id === undefined ? undefined : runIds.get(version.run_id);
  if (version.run_id === undefined || runId === undefined) return null;
  const rootHere = (await from.get('runs/get', { run_id: version.run_id }, OneRun)).run.info.artifact_uri;
  if (!version.source.startsWith(`${rootHere}/`)) return null;
  const rootThere = (await to.get('runs/get', { run_id: runId }, OneRun)).run.info.artifact_uri;
  return { uri: `${rootThere}${version.source.slice(rootHere.length)}`, runId };
}
