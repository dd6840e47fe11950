import { AppError } from '../../platform/errors/index.ts';
import type { Identity } from '../../platform/http/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { TEAM_TAG } from '../tracking/index.ts';

/** A policy that governs an alias of a model. */
export interface GoverningPolicy {
  readonly policy: string;
  readonly alias: string;
  /** Team whose policy it is; null for a policy of the model. */
  readonly team: string | null;
}

/** A governed alias that an administrator changed without a decision of the gate. */
export interface Override {
  readonly actor: string;
  readonly model: string;
  readonly alias: string;
  /** Version that it pointed to; null when it did not exist. */
  readonly from: string | null;
  /** Version that it points to; null when it was removed. */
  readonly to: string | null;
  readonly reason: string;
  readonly policies: readonly string[];
}

/** Policies that govern the aliases of a model, and the record of overrides. `main.ts` supplies it: policies are outside MLOps. */
export interface AliasGovernance {
  governing(sql: Sql, model: string): Promise<readonly GoverningPolicy[]>;
  /** Stores an override as a decision, in the caller's transaction. */
  overridden(sql: Sql, override: Override): Promise<void>;
}

/** Account that changes an alias, and its reason for a policy override; null: no reason was given, and a governed alias is refused. */
export interface AliasChange {
  readonly identity: Identity;
  readonly isAdmin: boolean;
  readonly reason: string | null;
}

/** Policies that an override violates; none where no policy governs the alias. Error: `alias_governed`. */
export async function refuseGoverned(
  governance: AliasGovernance,
  sql: Sql,
  { model, alias, version }: { readonly model: string; readonly alias: string; readonly version: string | null },
  { isAdmin, reason }: AliasChange,
): Promise<readonly string[]> {
  const governing = (await governance.governing(sql, model)).filter((one) => one.alias === alias);
  const [first] = governing;
  if (first === undefined) return [];
  if (isAdmin && reason !== null) return governing.map(({ policy }) => policy);
  const ask = `steelyard gate check ${model} ${version ?? 'VERSION'} --policy ${first.policy}`;
  const detail = `Policy "${first.policy}" governs the alias "${alias}" of model "${model}", so only a decision of the gate moves it. Request a decision: ${ask}. An administrator can override the policy with a reason, which is recorded.`;
  throw new AppError('alias_governed', detail, { model, alias, policy: first.policy });
}

/** Refuses to delete or rename a model that a policy governs. Error: `alias_governed`. */
export async function refuseGovernedModel(governance: AliasGovernance, sql: Sql, model: string): Promise<void> {
  const [first] = await governance.governing(sql, model);
  if (first === undefined) return;
  const remedy = first.team === null ? 'Apply the policy for another model' : `Change the tag ${TEAM_TAG} of the model`;
  const detail = `Policy "${first.policy}" governs the alias "${first.alias}" of model "${model}", so the model cannot be deleted or renamed. ${remedy} first.`;
  throw new AppError('alias_governed', detail, { model, alias: first.alias, policy: first.policy });
}

/**
 * Refuses to change the team of a model that a policy of its team governs, which would end that, except by an administrator.
 * Error: `alias_governed`.
 */
export async function refuseTeamChange(
  governance: AliasGovernance,
  sql: Sql,
  model: string,
  { key, value, isAdmin }: { readonly key: string; readonly value: string | null; readonly isAdmin: boolean },
): Promise<void> {
  if (key !== TEAM_TAG || isAdmin) return;
  const governing = (await governance.governing(sql, model)).find(({ team }) => team !== null);
  if (governing === undefined || governing.team === value) return;
  const { policy, alias, team } = governing;
  const detail = `Policy "${policy}" of team "${team}" governs the alias "${alias}" of model "${model}", so only an administrator can change its tag ${TEAM_TAG}.`;
  throw new AppError('alias_governed', detail, { model, alias, policy });
}

/** Refuses to delete a version that a governed alias points to: the alias would go with it. Error: `alias_governed`. */
export async function refuseGovernedVersion(
  governance: AliasGovernance,
  sql: Sql,
  {
    model,
    version,
    aliases,
  }: { readonly model: string; readonly version: number; readonly aliases: readonly string[] },
): Promise<void> {
  const governing = (await governance.governing(sql, model)).find(({ alias }) => aliases.includes(alias));
  if (governing === undefined) return;
  const { policy, alias } = governing;
  const detail = `The alias "${alias}" of model "${model}" points to version ${version}, and policy "${policy}" governs it. Promote another version first: steelyard gate check ${model} VERSION --policy ${policy}`;
  throw new AppError('alias_governed', detail, { model, alias, policy });
}
