import { AppError } from '../../platform/errors/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { Policy } from './schema.ts';
import { findPolicies } from './store.ts';

/** Error: `policy_not_found`. */
export async function requirePolicy(sql: Sql, name: string): Promise<Policy> {
  const [policy] = await findPolicies(sql, name);
  if (policy !== undefined) return policy;
  const known = (await findPolicies(sql, null)).map((each) => each.name);
  const detail = `There is no policy "${name}". ${known.length > 0 ? `There are: ${known.join(', ')}.` : 'Apply a document of kind Policy first.'}`;
  throw new AppError('policy_not_found', detail, { policy: name });
}

/** The policy, which must be for the model. Errors: `policy_not_found`, `policy_model_mismatch`. */
export async function requirePolicyOfModel(sql: Sql, name: string, model: string): Promise<Policy> {
  const policy = await requirePolicy(sql, name);
  if (policy.spec.model === model) return policy;
  const detail = `Policy "${policy.name}" is for model "${policy.spec.model}", not "${model}".`;
  throw new AppError('policy_model_mismatch', detail, { policy: policy.name, model });
}
