import { type Expression, sql as raw, type SqlBool } from 'kysely';
import type { OwnerLimit } from '../../platform/http/index.ts';

/** Tag that names the owning team. */
export const TEAM_TAG = 'steelyard.team';
export const PROJECT_TAG = 'steelyard.project';

/** The rows of a table of tags that belong to the row of a query. */
export interface TagSource {
  readonly table: 'tag' | 'experiment_tag' | 'registered_model_tag';
  /** Column of the table, and the expression that it equals. */
  readonly column: string;
  readonly of: Expression<unknown>;
}

/**
 * SQL of `readOwner` with a limit: true where the tags name one of the teams, or no team but a project of theirs. Without both tags, true
 * where the tags of `inherited` do: those of the experiment of a run.
 */
export function buildOwnerCondition(
  { teams, projects }: OwnerLimit,
  source: TagSource,
  inherited: TagSource | null = null,
): Expression<SqlBool> {
  const [team, project] = [buildTag(source, TEAM_TAG), buildTag(source, PROJECT_TAG)];
  const own = raw<SqlBool>`(${team.isOneOf(teams)} or (not ${team.exists} and ${project.isOneOf(projects)}))`;
  if (inherited === null) return own;
  const fromOther = buildOwnerCondition({ teams, projects }, inherited);
  return raw<SqlBool>`(${own} or (not ${team.exists} and not ${project.exists} and ${fromOther}))`;
}

/**
 * True for things of a run of these owners; for those without an existing run, true where their experiment is of these owners. The tags of a
 * run count before those of its experiment.
 */
export function buildInheritedOwnerCondition(
  owners: OwnerLimit,
  { runId, experimentId }: { readonly runId: Expression<unknown>; readonly experimentId: Expression<unknown> },
): Expression<SqlBool> {
  const ofExperiment = (of: Expression<unknown>): TagSource => ({
    table: 'experiment_tag',
    column: 'experiment_id',
    of,
  });
  const run = raw`select owner_run.experiment_id from run as owner_run where owner_run.run_id = ${runId}`;
  const ofRun = buildOwnerCondition(owners, { table: 'tag', column: 'run_id', of: runId }, ofExperiment(raw`(${run})`));
  const withoutRun = buildOwnerCondition(owners, ofExperiment(experimentId));
  return raw<SqlBool>`((exists (${run}) and ${ofRun}) or (not exists (${run}) and ${withoutRun}))`;
}

/** True for registered models of these owners. `model`: the column with the name of a model. */
export function buildModelOwnerCondition(model: string, owners: OwnerLimit): Expression<SqlBool> {
  return buildOwnerCondition(owners, { table: 'registered_model_tag', column: 'model', of: raw.ref(model) });
}

function buildTag({ table, column, of }: TagSource, key: string) {
  const rows = raw`select 1 from ${raw.table(table)} as owner_tag where ${raw.ref(`owner_tag.${column}`)} = ${of} and owner_tag.key = ${key}`;
  return {
    exists: raw<SqlBool>`exists (${rows})`,
    isOneOf: (values: readonly string[]) =>
      values.length === 0
        ? raw<SqlBool>`1 = 0`
        : raw<SqlBool>`exists (${rows} and owner_tag.value in (${raw.join(values)}))`,
  };
}
