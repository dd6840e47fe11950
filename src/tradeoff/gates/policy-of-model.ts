import { AppError } from '../../platform/errors/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { Policy } from './schema.ts';
import { findModelPolicies, findPolicies } from './store.ts';

/** Error: `policy_not_found`. */
export async function requirePolicy(sql: Sql, name: string): Promise<Policy> {
  const [policy] = await findPolicies(sql, name);
  if (policy !== undefined) return policy;
  const known = (await findPolicies(sql, null)).map((each) => each.name);
  const detail = `There is no policy "${name}". ${known.length > 0 ? `There are: ${known.join(', ')}.` : 'Apply a document of kind Policy first.'}`;
  throw new AppError('policy_not_found', detail, { policy: name });
}

/**
 * The one policy of a model. Errors: `policy_not_found` without one, `policy_ambiguous` with several: each of them applies equally, so
 * that the caller names one.
 */
export async function requireOnlyPolicy(sql: Sql, model: string): Promise<Policy> {
  const [policy, ...others] = await findModelPolicies(sql, model);
  if (policy === undefined) {
    const detail = `Model "${model}" has no policy. Apply a document of kind Policy for it.`;
    throw new AppError('policy_not_found', detail, { model });
  }
  if (others.length === 0) return policy;
  const policies = [policy, ...others].map(({ name }) => name);
  const detail = `Model "${model}" has the policies ${policies.join(', ')}. Name one of them.`;
  throw new AppError('policy_ambiguous', detail, { model, policies });
}

/** The policy, which must be for the model. Errors: `policy_not_found`, `policy_model_mismatch`. */
export async function requirePolicyOfModel(sql: Sql, name: string, model: string): Promise<Policy> {
  const policy = await requirePolicy(sql, name);
  if (policy.spec.model === model) return policy;
  const detail = `Policy "${policy.name}" is for model "${policy.spec.model}", not "${model}".`;
  throw new AppError('policy_model_mismatch', detail, { policy: policy.name, model });
}
