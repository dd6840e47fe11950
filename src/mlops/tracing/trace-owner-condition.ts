import { type Expression, sql as raw, type SqlBool } from 'kysely';
import type { OwnerLimit } from '../../platform/http/index.ts';
import { buildInheritedOwnerCondition, PROJECT_TAG, TEAM_TAG } from '../runs/index.ts';
import { metadataKeys } from './types.ts';

/**
 * SQL of the owner of a trace with a limit, as `findTraceOwners` reads it: true for traces whose labels name one of these teams, or no team but
 * a project of theirs; without both labels, true for those of a run of these owners, or without a run of an experiment of theirs.
 */
export function buildTraceOwnerCondition(owners: OwnerLimit): Expression<SqlBool> {
  const [team, project] = [buildLabel(TEAM_TAG), buildLabel(PROJECT_TAG)];
  const own = raw`(${isOneOf(team, owners.teams)} or (${team} is null and ${isOneOf(project, owners.projects)}))`;
  const inherited = buildInheritedOwnerCondition(owners, {
    runId: RUN,
    experimentId: raw.ref('trace.experiment_id'),
  });
  return raw<SqlBool>`(${own} or (${team} is null and ${project} is null and ${inherited}))`;
}

/** Run of a trace: the one that made it, else the first of those that it was linked to. */
const RUN = raw`coalesce(${selectValue('trace_metadata', metadataKeys.sourceRun)}, (select min(of_trace.target) from trace_link as of_trace where of_trace.trace_id = trace.trace_id and of_trace.kind = 'run'))`;

/** The tag with this key counts before the metadata with it. */
function buildLabel(key: string): Expression<unknown> {
  return raw`coalesce(${selectValue('trace_tag', key)}, ${selectValue('trace_metadata', key)})`;
}

function selectValue(table: 'trace_tag' | 'trace_metadata', key: string): Expression<unknown> {
  return raw`(select of_trace.value from ${raw.table(table)} as of_trace where of_trace.trace_id = trace.trace_id and of_trace.key = ${raw.lit(key)})`;
}

function isOneOf(value: Expression<unknown>, wanted: readonly string[]): Expression<SqlBool> {
  return wanted.length === 0 ? raw<SqlBool>`1 = 0` : raw<SqlBool>`coalesce(${value}, '') in (${raw.join(wanted)})`;
}
