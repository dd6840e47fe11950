import type { Billing } from '../../../finops/billing/index.ts';
import type { Budgets } from '../../../finops/budgets/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import type { Evidence, GatheredEvidence } from '../../evidence/index.ts';
import {
  addReviewFacts,
  evaluatePolicy,
  findModelPolicies,
  listDemandSlos,
  listEvidenceNeeds,
  readPolicyBudgets,
  type TakenDecision,
} from '../../gates/index.ts';
import type { Policy } from '../../gates/schema.ts';
import type { TakenRecord } from '../schema.ts';

export interface JudgeDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly evidence: Pick<Evidence, 'find' | 'gather' | 'gatherOutcomes'>;
  readonly budgets: Pick<Budgets, 'standing'>;
  readonly bills: Pick<Billing, 'deletionsOf' | 'currentUnits'>;
}

/** A judgement on present evidence, in the form in which decisions are recorded. */
export type PresentJudgement = Omit<TakenDecision, 'actor' | 'summary' | 'action'>;

/**
 * Judges the version of a decision on present evidence: by the present policy, against the version that was the champion then. Records
 * nothing. Errors: `policy_not_found`, `model_not_found`, `model_version_not_found`, `evidence_deleted`, `budget_not_found`,
 * `currency_mismatch`.
 */
export async function judgeOnPresentEvidence(deps: JudgeDeps, decision: TakenRecord): Promise<PresentJudgement> {
  const { store } = deps;
  const policy = await requirePolicy(deps, decision);
  await assertBillsNotDeleted(deps, decision);
  const slos = listDemandSlos(policy.spec);
  const version = await deps.evidence.find(store, decision.model, decision.version);
  const candidate = await deps.evidence.gather(store, version, listEvidenceNeeds(policy.spec));
  // A trade price compares the costs of both versions at demand, which needs the capacity of both.
  const champion = await gatherChampion(deps, decision, policy.spec.tradePrice === undefined ? [] : slos);
  const weighed = await addReviewFacts(deps, {
    policy,
    candidate: candidate.evidence,
    champion: champion?.evidence ?? null,
    recorded: decision.evidence.candidate.gate,
    recordedPolicyVersion: decision.policyVersion,
  });
  const { budgets, deliveries } = await readPolicyBudgets(deps, policy);
  const evaluated = evaluatePolicy({
    policy: policy.spec,
    candidate: weighed,
    champion: champion?.evidence ?? null,
    budgets,
  });
  const named = [...deliveries, ...candidate.billDeliveries, ...(champion?.billDeliveries ?? [])];
  return {
    ...{ model: decision.model, version: decision.version, policy, ...evaluated, budgets },
    candidate: weighed,
    champion: champion?.evidence ?? null,
    billDeliveries: [...new Set(named)].toSorted(),
    priceBooks: [...new Set([...candidate.priceBooks, ...(champion?.priceBooks ?? [])])].toSorted(),
  };
}

async function requirePolicy({ store }: JudgeDeps, { model, policy: name }: TakenRecord): Promise<Policy> {
  const policy = (await findModelPolicies(store, model)).find((one) => one.name === name);
  if (policy !== undefined) return policy;
  throw new AppError('policy_not_found', `Policy "${name}" no longer applies to model "${model}".`, {
    policy: name,
  });
}

/** Error: `evidence_deleted` when a bill of the evidence was deleted and no other delivery counts for its period. */
async function assertBillsNotDeleted({ store, bills }: JudgeDeps, { decision, evidence }: TakenRecord): Promise<void> {
  const deletions = await bills.deletionsOf(store, evidence.billDeliveries);
  if (deletions.length === 0) return;
  const counted = new Set((await bills.currentUnits(store)).map(({ source, period }) => `${source} ${period}`));
  const sources = new Map((evidence.bills ?? []).map(({ delivery, source }) => [delivery, source]));
  const gone = deletions.filter(
    ({ delivery, periods }) => !periods.every((period) => counted.has(`${sources.get(delivery) ?? ''} ${period}`)),
  );
  if (gone.length === 0) return;
  throw new AppError('evidence_deleted', `${gone.map(({ text }) => text).join('; ')}.`, { decision });
}

async function gatherChampion(
  { store, evidence: source }: JudgeDeps,
  { model, evidence }: TakenRecord,
  slos: ReturnType<typeof listDemandSlos>,
): Promise<GatheredEvidence | null> {
  if (evidence.champion === null) return null;
  const { version } = evidence.champion;
  try {
    return await source.gather(store, await source.find(store, model, version), { slos });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'model_version_not_found') throw error;
    const detail = `Version ${version} of "${model}", the champion at the decision, was deleted.`;
    throw new AppError('model_version_not_found', detail, { model, version }, { cause: error });
  }
}
