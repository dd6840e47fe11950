import { AppError } from '../../platform/errors/index.ts';
import type { Identity } from '../../platform/http/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Evidence } from '../evidence/index.ts';
import { type ApprovalKey, findApprovals, putApproval, removeApproval } from './approval-store.ts';
import { LOCAL_ROLE } from './approvals.ts';
import { requirePolicyOfModel } from './policy-of-model.ts';
import type { ApprovalRule, VersionApprovals } from './schema.ts';

export interface ApprovalDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly evidence: Pick<Evidence, 'find'>;
}

interface AskedVersion {
  readonly model: string;
  readonly version: string;
  readonly policy: string;
}

type Caller = Pick<Identity, 'name' | 'role'>;

interface Statement extends AskedVersion {
  readonly decline?: boolean;
  readonly note?: string | undefined;
}

/**
 * Records that the caller approves or declines a version for the present version of a policy. Errors: `policy_not_found`,
 * `policy_model_mismatch`, `model_not_found`, `model_version_not_found`, `approval_not_required`, `not_permitted` for a caller without a
 * role that the policy names.
 */
export async function approveVersion(
  deps: ApprovalDeps,
  { decline = false, note, ...asked }: Statement,
  identity: Caller,
): Promise<VersionApprovals> {
  const { key, role } = await requireApprover(deps, asked, identity);
  const approval = {
    ...{ account: identity.name, role, at: new Date(deps.clock.now()).toISOString() },
    ...(note === undefined ? {} : { note }),
    ...(decline ? { declined: true as const } : {}),
  };
  return deps.store.transaction(async (sql) => {
    await putApproval(sql, key, approval);
    return { ...key, approvals: await findApprovals(sql, key) };
  });
}

/** Removes the statement of the caller. Errors: as for `approveVersion`. */
export async function withdrawApproval(
  deps: ApprovalDeps,
  asked: AskedVersion,
  identity: Caller,
): Promise<VersionApprovals> {
  const { key } = await requireApprover(deps, asked, identity);
  return deps.store.transaction(async (sql) => {
    await removeApproval(sql, key, identity.name);
    return { ...key, approvals: await findApprovals(sql, key) };
  });
}

/** Approvals of a version, and those that the policy requires. Errors: as for `approveVersion`, without its last two. */
export async function readApprovals(
  deps: ApprovalDeps,
  asked: AskedVersion,
): Promise<VersionApprovals & { readonly required: ApprovalRule[] }> {
  const { key, required } = await findApprovalKey(deps, asked);
  return { ...key, approvals: await findApprovals(deps.store, key), required };
}

async function findApprovalKey(
  { store, evidence }: ApprovalDeps,
  asked: AskedVersion,
): Promise<{ readonly key: ApprovalKey; readonly required: ApprovalRule[] }> {
  const policy = await requirePolicyOfModel(store, asked.policy, asked.model);
  const { version } = await evidence.find(store, asked.model, asked.version);
  const key = { policy: policy.name, policyVersion: policy.policyVersion, model: asked.model, version };
  return { key, required: policy.spec.approvals ?? [] };
}

async function requireApprover(
  deps: ApprovalDeps,
  asked: AskedVersion,
  identity: Caller,
): Promise<{ readonly key: ApprovalKey; readonly role: string }> {
  const { key, required } = await findApprovalKey(deps, asked);
  const roles = [...new Set(required.map(({ role }) => role))];
  if (roles.length === 0) {
    throw new AppError('approval_not_required', `Policy "${key.policy}" requires no approvals.`, {
      policy: key.policy,
    });
  }
  if (identity.role !== null && !roles.some((one) => one === identity.role)) {
    const detail = `Policy "${key.policy}" takes approvals of the role ${roles.join(', ')}; the account "${identity.name}" is ${identity.role}.`;
    throw new AppError('not_permitted', detail, { policy: key.policy, roles });
  }
  return { key, role: identity.role ?? LOCAL_ROLE };
}
