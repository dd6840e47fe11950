import { selectTeamOfModel } from '../../mlops/registry/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { type Identity, limitWork } from '../../platform/http/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { Policy, StatedPolicy } from './schema.ts';
import { findModelPolicies, findPolicies } from './store.ts';

/** Question for the policy of a gate. */
export interface PolicyChoice {
  readonly model: string;
  /** undefined: the one that applies. */
  readonly policy?: string | undefined;
  /** undefined: those without an environment, else the only one that applies. */
  readonly environment?: string | undefined;
}

/** Error: `policy_not_found`. */
export async function requirePolicy(sql: Sql, name: string): Promise<StatedPolicy> {
  const [policy] = await findPolicies(sql, name);
  if (policy !== undefined) return policy;
  const detail = `There is no policy "${name}". List the policies with: steelyard policy list`;
  throw new AppError('policy_not_found', detail, { policy: name });
}

/**
 * The policy of a gate: the named one, else the one that applies to the model in the environment. Errors: `policy_not_found`,
 * `policy_ambiguous` with several, which apply equally, `policy_model_mismatch`, `policy_environment_mismatch`.
 */
export async function chooseModelPolicy(sql: Sql, { model, policy: name, environment }: PolicyChoice): Promise<Policy> {
  if (name !== undefined) return assertEnvironment(await requirePolicyOfModel(sql, name, model), environment);
  const policies = await findModelPolicies(sql, model);
  const own = policies.filter(({ spec }) => spec.environment === environment);
  if (environment !== undefined && own.length === 0 && policies.length > 0) {
    throw buildNoEnvironment(model, environment, policies);
  }
  const candidates = own.length === 0 ? policies : own;
  const [policy, ...others] = candidates;
  if (policy === undefined) throw await buildNoPolicy(sql, model);
  if (others.length === 0) return policy;
  throw buildAmbiguous(model, candidates);
}

/** The policy, which must apply to the model. Errors: `policy_not_found`, `policy_model_mismatch`. */
export async function requirePolicyOfModel(sql: Sql, name: string, model: string): Promise<Policy> {
  const policies = await findModelPolicies(sql, model);
  const policy = policies.find((one) => one.name === name);
  if (policy !== undefined) return policy;
  const { spec } = await requirePolicy(sql, name);
  const reason = await describeMismatch(sql, model, { spec, policies });
  throw new AppError('policy_model_mismatch', `Policy "${name}" ${reason}`, { policy: name, model });
}

/**
 * Refuses a policy that does not apply to the model, for callers who see the data of some teams only: the error for other callers describes
 * the policy. Error: `policy_not_found`.
 */
export async function refuseForeignPolicy(
  sql: Sql,
  identity: Identity,
  { model, policy }: { readonly model: string; readonly policy?: string | undefined },
): Promise<void> {
  if (policy === undefined || limitWork(identity) === null) return;
  const names = (await findModelPolicies(sql, model)).map(({ name }) => name);
  if (names.includes(policy)) return;
  const known = names.length === 0 ? 'It has none.' : `It has: ${names.join(', ')}.`;
  throw new AppError('policy_not_found', `Model "${model}" has no policy "${policy}". ${known}`, { model, policy });
}

async function describeMismatch(
  sql: Sql,
  model: string,
  { spec, policies }: { readonly spec: StatedPolicy['spec']; readonly policies: readonly Policy[] },
): Promise<string> {
  if (spec.team === undefined) return `is for model "${spec.model}", not "${model}".`;
  const team = await findTeam(sql, model);
  if (team !== spec.team) {
    return `is for models of team "${spec.team}"; model "${model}" ${team === null ? 'has no tag steelyard.team' : `is of team "${team}"`}.`;
  }
  const own = policies.find((one) => one.spec.environment === spec.environment);
  const scope = spec.environment === undefined ? 'without an environment' : `for ${spec.environment}`;
  return `of team "${team}" does not apply to model "${model}": its own policy "${own?.name}" ${scope} goes before it.`;
}

function assertEnvironment(policy: Policy, environment: string | undefined): Policy {
  const { name, spec } = policy;
  if (environment === undefined || spec.environment === environment) return policy;
  const stated = spec.environment === undefined ? 'has no environment' : `is for environment "${spec.environment}"`;
  const detail = `Policy "${name}" ${stated}; "${environment}" was asked for. Leave the policy or the environment out.`;
  throw new AppError('policy_environment_mismatch', detail, { policy: name, environment });
}

async function findTeam(sql: Sql, model: string): Promise<string | null> {
  return (await selectTeamOfModel(sql, model).executeTakeFirst())?.value ?? null;
}

async function buildNoPolicy(sql: Sql, model: string): Promise<AppError> {
  const team = await findTeam(sql, model);
  const owners = team === null ? 'it, or for a team and set its tag steelyard.team' : `it or for its team "${team}"`;
  const detail = `Model "${model}" has no policy. Apply a document of kind Policy for ${owners}.`;
  return new AppError('policy_not_found', detail, { model });
}

function buildNoEnvironment(model: string, environment: string, policies: readonly Policy[]): AppError {
  const environments = [...new Set(policies.flatMap(({ spec }) => spec.environment ?? []))];
  const existing =
    environments.length === 0
      ? `Its policies have no environment: leave it out.`
      : `There are policies for: ${environments.join(', ')}.`;
  const detail = `Model "${model}" has no policy for environment "${environment}". ${existing}`;
  return new AppError('policy_not_found', detail, { model, environment, environments });
}

function buildAmbiguous(model: string, candidates: readonly Policy[]): AppError {
  const named = candidates.map(({ name, spec }) =>
    spec.environment === undefined ? name : `${name} (${spec.environment})`,
  );
  const environments = new Set(candidates.map(({ spec }) => spec.environment));
  const remedy =
    environments.size === candidates.length ? 'State the environment, or name one of them.' : 'Name one of them.';
  const detail = `Model "${model}" has the policies ${named.join(', ')}. ${remedy}`;
  return new AppError('policy_ambiguous', detail, { model, policies: candidates.map(({ name }) => name) });
}
