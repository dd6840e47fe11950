import type { Readable } from 'node:stream';
import { AppError } from '../../platform/errors/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Registry } from '../registry/index.ts';
import { type Tracking, type TrackingImports, toProxiedPath } from '../tracking/index.ts';
import type { ImportedExperiment, ImportedLoggedModel, ImportedMetric, ImportedModel, ImportedRun } from './schema.ts';
import { endImport, findFingerprints, type ImportedKind, insertImport, isImported } from './store.ts';

export interface TransferDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly tracking: Pick<Tracking, 'runArtifactUri' | 'loggedModel'> & { readonly imports: TrackingImports };
  readonly registry: Pick<Registry, 'imports' | 'refuseFrozen'>;
}

export type Transfer = ReturnType<typeof createService>;

export function createService(deps: TransferDeps) {
  const { store, clock, tracking } = deps;
  return {
    known: (source: string, kind: ImportedKind, ids: readonly string[]) => findFingerprints(store, source, kind, ids),
    async done(entity: { source: string; kind: ImportedKind; id: string }, fingerprint: string): Promise<void> {
      const found = await store.transaction(async (sql) => {
        // An import sends traces through the protocol of normal clients, so no import record exists yet.
        if (entity.kind === 'trace') await insertImport(sql, entity, clock.now());
        return endImport(sql, entity, fingerprint, clock.now());
      });
      if (!found) throw buildNotStarted(entity.kind, entity.id);
    },
    experiment: ({ source, ...experiment }: ImportedExperiment) =>
      store.transaction((sql) =>
        tracking.imports.experiment(sql, { ...experiment, origin: `${source}#${experiment.experimentId}` }),
      ),
    run: (run: ImportedRun) => store.transaction((sql) => takeRun(deps, sql, run)),
    async metrics(runId: string, metrics: readonly ImportedMetric[]): Promise<void> {
      await store.transaction(async (sql) => {
        if (!(await isImported(sql, 'run', runId))) throw buildNotStarted('run', runId);
        await tracking.imports.metrics(
          sql,
          runId,
          metrics.map((metric) => ({ ...metric, value: Number(metric.value) })),
        );
      });
    },
    loggedModel: (model: ImportedLoggedModel) => store.transaction((sql) => takeLoggedModel(deps, sql, model)),
    model: (model: ImportedModel) => store.transaction((sql) => takeModel(deps, sql, model)),
    files: async (kind: 'run' | 'logged-model', id: string) =>
      tracking.imports.files(await findArtifactRoot(deps, kind, id)),
    /** Error: `artifact_immutable` for an artifact of a registered version. */
    async putFile(kind: 'run' | 'logged-model', id: string, path: string, content: Readable): Promise<number> {
      const root = await findArtifactRoot(deps, kind, id);
      await deps.registry.refuseFrozen(store, toProxiedPath(root, path));
      return tracking.imports.putFile(root, path, content);
    },
  };
}

function buildNotStarted(kind: ImportedKind, id: string): AppError {
  return new AppError('import_not_begun', `The ${kind} ${id} has no import in progress; import it first.`, {
    kind,
    id,
  });
}

function buildConflict(what: string, id: string): AppError {
  return new AppError(
    'import_conflict',
    `The ${what} "${id}" was created on this server, not by an import, so the import does not change it.`,
    { id },
  );
}

/** An import must not overwrite an entity that was created on this server, even with the same id. */
async function startImport(
  deps: TransferDeps,
  sql: Sql,
  entity: { source: string; kind: ImportedKind; id: string },
  isHere: boolean,
): Promise<void> {
  const { source, kind, id } = entity;
  if (isHere && !(await isImported(sql, kind, id, source))) throw buildConflict(kind.replace('-', ' '), id);
  await insertImport(sql, entity, deps.clock.now());
}

async function takeRun(deps: TransferDeps, sql: Sql, { source, ...run }: ImportedRun): Promise<{ created: boolean }> {
  const isHere = await deps.tracking.imports.hasRun(sql, run.runId);
  await startImport(deps, sql, { source, kind: 'run', id: run.runId }, isHere);
  await deps.tracking.imports.run(sql, {
    ...run,
    experimentId: Number(run.experimentId),
    datasets: run.datasets.map(({ tags, ...dataset }) => ({ dataset, tags })),
  });
  return { created: !isHere };
}

async function takeLoggedModel(
  deps: TransferDeps,
  sql: Sql,
  { source, ...model }: ImportedLoggedModel,
): Promise<{ created: boolean }> {
  const isHere = await deps.tracking.imports.hasLoggedModel(sql, model.modelId);
  await startImport(deps, sql, { source, kind: 'logged-model', id: model.modelId }, isHere);
  await deps.tracking.imports.loggedModel(sql, { ...model, experimentId: Number(model.experimentId) });
  return { created: !isHere };
}

async function takeModel(deps: TransferDeps, sql: Sql, { source, ...model }: ImportedModel) {
  const { imports } = deps.registry;
  await startImport(
    deps,
    sql,
    { source, kind: 'registered-model', id: model.name },
    await imports.hasModel(sql, model.name),
  );
  return imports.model(sql, model);
}

async function findArtifactRoot(
  { store, tracking }: TransferDeps,
  kind: 'run' | 'logged-model',
  id: string,
): Promise<string> {
  if (!(await isImported(store, kind, id))) throw buildNotStarted(kind, id);
  const root =
    kind === 'run'
      ? await tracking.runArtifactUri(store, id)
      : ((await tracking.loggedModel(store, id))?.artifactUri ?? null);
  if (root === null) throw buildNotStarted(kind, id);
  return root;
}
