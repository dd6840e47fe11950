import { AppError } from '../../platform/errors/index.ts';
import type { Identity } from '../../platform/http/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Evidence } from '../evidence/index.ts';
import type { Approval } from '../evidence/schema.ts';
import { findApprovals, insertApproval } from './approval-store.ts';
import { LOCAL_ROLE } from './approvals.ts';
import { requirePolicyOfModel } from './policy-of-model.ts';

export interface ApprovalDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly evidence: Pick<Evidence, 'find'>;
}

export interface ApprovalAnswer {
  readonly model: string;
  readonly version: string;
  readonly policy: string;
  readonly policyVersion: number;
  readonly approvals: Approval[];
}

/**
 * Records that the caller approves a version for the present version of a policy. Errors: `policy_not_found`,
 * `policy_model_mismatch`, `model_not_found`, `model_version_not_found`, `approval_not_required`, `not_permitted` for a caller without a
 * role that the policy names.
 */
export async function approveVersion(
  { store, clock, evidence }: ApprovalDeps,
  asked: { readonly model: string; readonly version: string; readonly policy: string },
  identity: Pick<Identity, 'name' | 'role'>,
): Promise<ApprovalAnswer> {
  const policy = await requirePolicyOfModel(store, asked.policy, asked.model);
  const { version } = await evidence.find(store, asked.model, asked.version);
  const roles = [...new Set((policy.spec.approvals ?? []).map(({ role }) => role))];
  if (roles.length === 0) {
    throw new AppError('approval_not_required', `Policy "${policy.name}" requires no approvals.`, {
      policy: policy.name,
    });
  }
  const role = identity.role ?? LOCAL_ROLE;
  if (identity.role !== null && !roles.some((one) => one === identity.role)) {
    const detail = `Policy "${policy.name}" takes approvals of the role ${roles.join(', ')}; the account "${identity.name}" is ${identity.role}.`;
    throw new AppError('not_permitted', detail, { policy: policy.name, roles });
  }
  const key = { policy: policy.name, policyVersion: policy.policyVersion, model: asked.model, version };
  const approval = { account: identity.name, role, at: new Date(clock.now()).toISOString() };
  return store.transaction(async (sql) => {
    await insertApproval(sql, key, approval);
    return { ...key, approvals: await findApprovals(sql, key) };
  });
}
