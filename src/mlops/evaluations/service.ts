import { randomUUID } from 'node:crypto';
import { AppError } from '../../platform/errors/index.ts';
import type { Lake, LakeSession } from '../../platform/lake/index.ts';
import type { Objects } from '../../platform/objects/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { type Uploads, useUploadedFiles } from '../../platform/uploads/index.ts';
import type { Tracking } from '../tracking/index.ts';
import { type StagedTable, stageSelect, stageTable } from './import-table.ts';
import { EVALUATION_ROWS } from './lake-table.ts';
import type { Evaluation, EvaluationColumns } from './schema.ts';
import { findEvaluationById, findEvaluations, insertEvaluation } from './store.ts';

export interface EvaluationDeps {
  readonly store: Store;
  readonly lake: Lake;
  /** Uploads, on this machine. */
  readonly objects: Pick<Objects, 'localPath'>;
  readonly uploads: Pick<Uploads, 'receive' | 'facts' | 'keyOf' | 'discard'>;
  readonly tracking: Pick<Tracking, 'run' | 'runArtifactUri' | 'artifactFiles' | 'owners'>;
  readonly clock: Clock;
}

export interface EvaluationImport {
  readonly runId: string;
  readonly name: string;
  readonly columns: EvaluationColumns;
  readonly upload?: string | undefined;
  readonly artifact?: string | undefined;
  readonly actor: string;
}

export interface ImportedEvaluation {
  readonly outcome: 'created' | 'unchanged';
  readonly evaluation: Evaluation;
}

/**
 * Imports a table of outcomes of a run. The same content as that of the newest version changes nothing; another content is a new
 * version, and the older ones stay. Errors: `run_not_found`, `upload_not_found`, `evaluation_artifact_missing`, those of `stageTable`.
 */
export async function importTable(deps: EvaluationDeps, request: EvaluationImport): Promise<ImportedEvaluation> {
  const { lake } = deps;
  const { runId, name, columns, actor } = request;
  await requireRun(deps, runId);
  const upload = request.upload ?? (await receiveArtifact(deps, runId, request.artifact ?? ''));
  const { name: fileName } = await deps.uploads.facts(upload);
  const source = request.artifact === undefined ? fileName : `artifact ${request.artifact}`;
  const id = `ev_${randomUUID()}`;
  // biome-ignore lint/correctness/useHookAtTopLevel: this function is no React hook
  return useUploadedFiles(deps, [{ upload, name: fileName }], async ([{ path }]) => {
    const staged = await lake.session((session) => stageTable(session, id, { path, name: fileName }, columns));
    return recordTable(deps, id, staged, { runId, name, source, actor });
  });
}

/** Rows that other features compute in a session of the lake. */
export interface ComputedTable extends Pick<Evaluation, 'runId' | 'name' | 'source' | 'window' | 'testSet'> {
  readonly session: LakeSession;
  /** With the columns `id`, `cluster` where `columns` names one, and `o0`, `o1`, … in the order of the outcomes. */
  readonly select: string;
  readonly columns: EvaluationColumns;
  readonly actor: string;
}

/** Records computed outcomes of a run as an evaluation. Error: `evaluation_rows_invalid`. */
export async function recordComputedTable(
  deps: Pick<EvaluationDeps, 'store' | 'lake' | 'clock'>,
  { session, select, columns, ...facts }: ComputedTable,
): Promise<ImportedEvaluation> {
  const id = `ev_${randomUUID()}`;
  const staged = await stageSelect(session, id, { name: facts.source, select }, columns);
  return recordTable(deps, id, staged, facts);
}

/** The same content as that of the newest version discards the staged rows. */
async function recordTable(
  { store, lake, clock }: Pick<EvaluationDeps, 'store' | 'lake' | 'clock'>,
  id: string,
  { file, facts }: StagedTable,
  { actor, ...named }: Omit<ComputedTable, 'session' | 'select' | 'columns'>,
): Promise<ImportedEvaluation> {
  const { runId, name } = named;
  const result = await store.transaction(async (sql): Promise<ImportedEvaluation> => {
    const [newest] = await findEvaluations(sql, runId, name);
    if (newest !== undefined && isSameTable(newest.evaluation, { ...facts, ...named })) {
      return { outcome: 'unchanged', evaluation: newest.evaluation };
    }
    const version = (newest?.evaluation.version ?? 0) + 1;
    const importedAt = new Date(clock.now()).toISOString();
    const evaluation = { evaluation: id, ...named, version, ...facts, importedAt, importedBy: actor };
    await lake.swap(sql, EVALUATION_ROWS, { remove: [], add: [file] });
    await insertEvaluation(sql, { evaluation, lakeFile: file.id });
    return { outcome: 'created', evaluation };
  });
  if (result.outcome === 'unchanged') await lake.discard([file]);
  return result;
}

/** The same rows of another window or test set are another table: its record says where they come from. */
function isSameTable(one: Evaluation, other: Pick<Evaluation, 'sha256' | 'window' | 'testSet'>): boolean {
  return (
    one.sha256 === other.sha256 &&
    one.testSet === other.testSet &&
    one.window?.start === other.window?.start &&
    one.window?.end === other.window?.end
  );
}

/** All evaluations of a run, newest version first within a name. Error: `run_not_found`. */
export async function listRunEvaluations(deps: EvaluationDeps, runId: string): Promise<Evaluation[]> {
  await requireRun(deps, runId);
  return (await findEvaluations(deps.store, runId)).map(({ evaluation }) => evaluation);
}

/** Error: `evaluation_not_found`. */
export async function requireEvaluation(sql: Sql, id: string): Promise<Evaluation> {
  const found = await findEvaluationById(sql, id);
  if (found !== null) return found.evaluation;
  const detail = `There is no evaluation "${id}". "steelyard evaluation list --run RUN" lists those of a run.`;
  throw new AppError('evaluation_not_found', detail, { evaluation: id });
}

/** Error: `run_not_found`. */
export async function requireRun(
  { tracking, store }: Pick<EvaluationDeps, 'tracking' | 'store'>,
  runId: string,
): Promise<void> {
  if ((await tracking.run(store, runId)) !== null) return;
  throw new AppError('run_not_found', `There is no run "${runId}". "steelyard run list" lists the runs.`, { runId });
}

/** Copies an artifact of the run to an upload: the artifacts may be in a bucket, and the engine reads files of this machine. */
async function receiveArtifact({ tracking, store, uploads }: EvaluationDeps, runId: string, path: string) {
  const root = await tracking.runArtifactUri(store, runId);
  const opened = root === null ? null : await tracking.artifactFiles.open(root, path).catch(ignoreMissing);
  if (opened === null) {
    const logged = listLoggedTables((await tracking.run(store, runId))?.tags['mlflow.loggedArtifacts']);
    const known = logged.length === 0 ? 'It logged no table' : `Its tables are ${logged.join(', ')}`;
    const detail = `Run "${runId}" has no artifact "${path}". ${known}.`;
    throw new AppError('evaluation_artifact_missing', detail, { runId, artifact: path });
  }
  return (await uploads.receive(opened.filename, opened.content)).upload;
}

function ignoreMissing(error: unknown): null {
  if (error instanceof AppError && error.meaning.status === 404) return null;
  throw error;
}

/** Paths in the tag that `mlflow.log_table` writes: `[{"path": "eval.json", "type": "table"}]`. */
function listLoggedTables(tag: string | undefined): string[] {
  try {
    const logged: unknown = JSON.parse(tag ?? '[]');
    if (!Array.isArray(logged)) return [];
    return logged.flatMap((one: { path?: unknown } | null) => (typeof one?.path === 'string' ? [one.path] : []));
  } catch {
    return [];
  }
}
