import type { Identity } from '../../platform/http/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { PROJECT_TAG, TEAM_TAG, type TrackingTables } from '../runs/index.ts';

export { TEAM_TAG } from '../runs/index.ts';

/** Owner of a logged entity. Unknown fields are null. */
export interface Owner {
  readonly experimentId: number;
  readonly team: string | null;
  readonly project: string | null;
  /** Id of the parent run (`mlflow.parentRunId`); of a logged model: the run that created it. */
  readonly parentRunId: string | null;
}

const PARENT = 'mlflow.parentRunId';

/** Tags that name the owner of a run, an experiment or a model. */
export const ownerTags: ReadonlySet<string> = new Set([TEAM_TAG, PROJECT_TAG]);

/** The owner that tags name. Example: of `steelyard.team: search` the team is "search". */
export function readOwner(
  tags: readonly { readonly key: string; readonly value: string }[],
): Pick<Owner, 'team' | 'project'> {
  const value = (wanted: string) => tags.find(({ key }) => key === wanted)?.value ?? null;
  return { team: value(TEAM_TAG), project: value(PROJECT_TAG) };
}

/**
 * The tags of a new thing with the team of its creator, if the creator reads only the data of one team and the tags name no owner: otherwise
 * the creator could not read it.
 */
export function addOwnTeam<Tag extends { readonly key: string; readonly value: string }>(
  { visible }: Pick<Identity, 'visible'>,
  tags: readonly Tag[],
): (Tag | { key: string; value: string })[] {
  const [team, ...others] = visible.work === 'teams' ? visible.teams : [];
  if (team === undefined || others.length > 0 || tags.some(({ key }) => ownerTags.has(key))) return [...tags];
  return [...tags, { key: TEAM_TAG, value: team }];
}

/** Owner of a run; missing fields come from its experiment. Null when there is no such run. */
export async function findRunOwner(sql: Sql, runId: string): Promise<Owner | null> {
  const tables = sql.tables<TrackingTables>();
  const run = await tables.selectFrom('run').select('experiment_id').where('run_id', '=', runId).executeTakeFirst();
  if (run === undefined) return null;
  const ownTags = tables.selectFrom('tag').select(['key', 'value']).where('run_id', '=', runId);
  const tags = await ownTags.where('key', 'in', [TEAM_TAG, PROJECT_TAG, PARENT]).execute();
  const own = readOwner(tags);
  const isOwned = own.team !== null || own.project !== null;
  const { team, project } = isOwned ? own : readOwner(await findExperimentTags(sql, run.experiment_id));
  const parentRunId = tags.find(({ key }) => key === PARENT)?.value ?? null;
  return { experimentId: run.experiment_id, team, project, parentRunId };
}

/** null when there is no such experiment. */
export async function findExperimentOwner(sql: Sql, experimentId: number): Promise<Owner | null> {
  const rows = sql.tables<TrackingTables>().selectFrom('experiment').select('experiment_id');
  if ((await rows.where('experiment_id', '=', experimentId).executeTakeFirst()) === undefined) return null;
  return { experimentId, ...readOwner(await findExperimentTags(sql, experimentId)), parentRunId: null };
}

/** Owner of a logged model: that of its source run, else of its experiment. Null when there is no such model. */
export async function findLoggedModelOwner(sql: Sql, modelId: string): Promise<Owner | null> {
  const rows = sql.tables<TrackingTables>().selectFrom('logged_model').select(['experiment_id', 'source_run_id']);
  const model = await rows.where('model_id', '=', modelId).executeTakeFirst();
  if (model === undefined) return null;
  const { source_run_id: runId, experiment_id: experimentId } = model;
  const owner =
    (runId === null ? null : await findRunOwner(sql, runId)) ?? (await findExperimentOwner(sql, experimentId));
  return owner === null ? null : { ...owner, parentRunId: runId };
}

async function findExperimentTags(sql: Sql, experimentId: number): Promise<{ key: string; value: string }[]> {
  const rows = sql.tables<TrackingTables>().selectFrom('experiment_tag').select(['key', 'value']);
  return rows.where('experiment_id', '=', experimentId).where('key', 'in', [TEAM_TAG, PROJECT_TAG]).execute();
}
