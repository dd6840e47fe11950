import { selectTeamOfModel } from '../../mlops/registry/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { type Policy, PolicyManifestSpec, type StatedPolicy } from './schema.ts';

interface GateTables {
  policy: {
    name: string;
    version: number;
    /** Exactly one of both is null. */
    model: string | null;
    team: string | null;
    spec: string;
    applied_at: string;
  };
}

/** Policies by name; the one of a name when it is given. */
export async function findPolicies(sql: Sql, name: string | null): Promise<StatedPolicy[]> {
  let query = sql.tables<GateTables>().selectFrom('policy').selectAll().orderBy('name');
  if (name !== null) query = query.where('name', '=', name);
  return (await query.execute()).map(toStatedPolicy);
}

/**
 * Policies that apply to a model, by name: its own, and those of its team for environments in which it has none. A policy of the
 * team has the model in its specification.
 */
export async function findModelPolicies(sql: Sql, model: string): Promise<Policy[]> {
  const query = sql.tables<GateTables>().selectFrom('policy').selectAll().orderBy('name');
  const rows = await query
    .where((eb) => eb.or([eb('model', '=', model), eb('team', '=', selectTeamOfModel(sql, model))]))
    .execute();
  return attachModel(rows.map(toStatedPolicy), model);
}

/** The same, of policies that were read already. */
export function selectModelPolicies(
  policies: readonly StatedPolicy[],
  { model, team }: { readonly model: string; readonly team: string | null },
): Policy[] {
  const applies = ({ spec }: StatedPolicy) => spec.model === model || (spec.team !== undefined && spec.team === team);
  return attachModel(policies.filter(applies), model);
}

function attachModel(found: readonly StatedPolicy[], model: string): Policy[] {
  const own = new Set(found.filter(({ spec }) => spec.team === undefined).map(({ spec }) => spec.environment));
  return found
    .filter(({ spec }) => spec.team === undefined || !own.has(spec.environment))
    .map((policy) => ({ ...policy, spec: { ...policy.spec, model } }));
}

function toStatedPolicy({ name, version, spec }: GateTables['policy']): StatedPolicy {
  return { name, policyVersion: version, spec: PolicyManifestSpec.parse(JSON.parse(spec)) };
}

export async function putPolicy(sql: Sql, { name, policyVersion, spec }: StatedPolicy, at: string): Promise<void> {
  const { model = null, team = null } = spec;
  const row = { name, version: policyVersion, model, team, spec: JSON.stringify(spec), applied_at: at };
  await sql
    .tables<GateTables>()
    .insertInto('policy')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
}
