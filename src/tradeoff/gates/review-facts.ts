import type { GateFacts, VersionEvidence } from '../evidence/schema.ts';
import { type FactDeps, gatherTestedOutcomes } from './gate-facts.ts';
import type { Policy } from './schema.ts';

export interface ReviewFactQuestion {
  readonly policy: Policy;
  readonly candidate: VersionEvidence;
  readonly champion: VersionEvidence | null;
  /** Recorded facts of the decision; undefined for a decision from before they were kept. */
  readonly recorded: GateFacts | undefined;
  /** Version of the policy of the decision. */
  readonly recordedPolicyVersion: number;
}

/**
 * Adds the facts for a review of an earlier decision: the present outcomes, tested by the look of the decision. A review promotes
 * nothing, so it spends no look; a changed policy is tested as at its first look. Approvals and the lost champion are those of the decision.
 */
export async function addReviewFacts(
  deps: FactDeps,
  { policy, candidate, champion, recorded, recordedPolicyVersion }: ReviewFactQuestion,
): Promise<VersionEvidence> {
  if (recorded === undefined) return candidate;
  const at = new Date(deps.clock.now()).toISOString();
  const isSamePolicy = policy.policyVersion === recordedPolicyVersion;
  const firstLook = policy.spec.alpha === undefined ? null : { number: 1, spentAt: at, previous: [] };
  const gate: GateFacts = {
    ...recorded,
    ...(await gatherTestedOutcomes(deps, { policy, candidate, champion })),
    at,
    look: isSamePolicy ? recorded.look : firstLook,
  };
  return { ...candidate, gate };
}
