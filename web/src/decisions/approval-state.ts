import type { ApprovalRule, VersionApprovals } from '../../../src/tradeoff/gates/schema.ts';
import { counted } from '../format/number.ts';

type Approval = VersionApprovals['approvals'][number];

/** Role of the caller of a server without accounts: it has every role. */
const LOCAL_ROLE = 'local';

/** Required approvals as text: `1 admin; 2 contributors`. */
export function requiredText(required: readonly Pick<ApprovalRule, 'role' | 'count' | 'by'>[]): string {
  return required
    .map(({ role, count, by }) => `${counted(count, role)}${by === 'others' ? ', not the requester' : ''}`)
    .join('; ');
}

/** State of the approvals: declined by a person, complete, or how many each role lacks. */
export function approvalState(
  required: readonly Pick<ApprovalRule, 'role' | 'count'>[],
  approvals: readonly Pick<Approval, 'account' | 'role' | 'declined'>[],
): 'declined' | 'complete' | 'waiting' {
  if (approvals.some(({ declined }) => declined === true)) return 'declined';
  const isGiven = ({ role, count }: Pick<ApprovalRule, 'role' | 'count'>) =>
    new Set(approvals.filter((one) => one.role === role || one.role === LOCAL_ROLE).map(({ account }) => account))
      .size >= count;
  return required.every(isGiven) ? 'complete' : 'waiting';
}

/** Reason why an account cannot approve; null if it can. A null role: a server without accounts, which has every role. */
export function whyNotApprover(
  required: readonly Pick<ApprovalRule, 'role'>[],
  role: string | null | undefined,
): string | null {
  if (role === undefined) return 'The account is not known yet.';
  if (role === null || required.some((rule) => rule.role === role)) return null;
  const roles = [...new Set(required.map((rule) => rule.role))].join(', ');
  return `This policy takes approvals of the role ${roles}; your role is ${role}.`;
}
