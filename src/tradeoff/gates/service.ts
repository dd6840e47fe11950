import type { Budgets } from '../../finops/budgets/index.ts';
import type { Registry } from '../../mlops/registry/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Evidence, GatheredEvidence } from '../evidence/index.ts';
import type { VersionEvidence } from '../evidence/schema.ts';
import { keepKnownChampion } from './approval-store.ts';
import { listEvidenceNeeds } from './evidence-needs.ts';
import { addGateFacts } from './gate-facts.ts';
import { describeMethod } from './look-plan.ts';
import { listDemandSlos } from './planned-capacity.ts';
import { readPolicyBudgets } from './policy-budgets.ts';
import { chooseModelPolicy, type PolicyChoice, requirePolicy, requirePolicyOfModel } from './policy-of-model.ts';
import type { Check, Policy, Verdict } from './schema.ts';
import { findModelPolicies } from './store.ts';
import { summarise } from './summary.ts';
import { type BudgetLeft, evaluatePolicy } from './weigh.ts';

/** A verdict to be stored in the ledger, with all of its evidence. */
export interface TakenDecision {
  readonly actor: string;
  readonly model: string;
  readonly version: string;
  readonly policy: Policy;
  readonly verdict: Verdict;
  readonly summary: string;
  readonly checks: readonly Check[];
  readonly action: { readonly alias: string; readonly from: string | null; readonly to: string } | null;
  readonly candidate: VersionEvidence;
  readonly champion: VersionEvidence | null;
  readonly billDeliveries: readonly string[];
  readonly priceBooks: readonly string[];
  /** Budgets that the policy names, by name. */
  readonly budgets: ReadonlyMap<string, BudgetLeft>;
}

/** Where verdicts are kept: the decisions ledger, handed over by main. */
export interface Ledger {
  /** Records in the caller's transaction and answers the decision's id. */
  record(sql: Sql, taken: TakenDecision): Promise<string>;
}

export interface GateDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly evidence: Pick<Evidence, 'find' | 'behind' | 'gather' | 'gatherRun' | 'gatherOutcomes'>;
  readonly budgets: Pick<Budgets, 'standing' | 'subjects'>;
  readonly ledger: Ledger;
  readonly registry: Pick<Registry, 'setAlias' | 'ownerOf'>;
}

export interface GateQuestion extends PolicyChoice {
  readonly version: string;
  readonly dryRun: boolean;
  readonly actor: string;
}

export interface GateAnswer {
  readonly verdict: Verdict;
  readonly checks: Check[];
  readonly decision: string | null;
  readonly model: string;
  readonly version: string;
  readonly policy: string;
  /** Team whose policy it is; null for a policy of the model. */
  readonly team: string | null;
  readonly environment: string | null;
  readonly summary: string;
  /** How the checks compare. */
  readonly method: string;
}

/** Result of an evaluation; the alias and the policy must be unchanged when the decision is stored. */
interface PolicyEvaluation {
  readonly policy: Policy;
  readonly candidate: GatheredEvidence;
  readonly champion: GatheredEvidence | null;
  readonly billDeliveries: readonly string[];
  readonly budgets: ReadonlyMap<string, BudgetLeft>;
  readonly verdict: Verdict;
  readonly checks: Check[];
}

/** Maximum evaluations. Another promotion or a changed policy between evaluation and storage triggers a retry. */
const ATTEMPTS = 5;

export async function checkGate(deps: GateDeps, question: GateQuestion): Promise<GateAnswer> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const weighed = await evaluateVersion(deps, question);
    const answer = buildGateAnswer(weighed, question);
    if (question.dryRun) return answer;
    const decision = await decide(deps, question, weighed, answer.summary);
    if (decision !== null) return { ...answer, decision };
  }
  throw new Error(`alias or policy of ${question.model} kept changing during the evaluation`);
}

export interface RunQuestion {
  readonly runId: string;
  readonly policy: string;
  /** undefined: the model of the policy. */
  readonly model?: string | undefined;
}

/** Evaluates a run as if it were a version of the model. Records nothing and moves no alias. */
export async function evaluateRun(deps: GateDeps, question: RunQuestion): Promise<GateAnswer> {
  const model = question.model ?? (await requireModelOfPolicy(deps, question.policy));
  const policy = await requirePolicyOfModel(deps.store, question.policy, model);
  const needs = listEvidenceNeeds(policy.spec);
  const candidate = await deps.evidence.gatherRun(deps.store, { model, runId: question.runId, ...needs });
  const by = { actor: null, isRegistered: false };
  return buildGateAnswer(await buildEvaluation(deps, policy, candidate, by), { model });
}

async function requireModelOfPolicy({ store }: GateDeps, name: string): Promise<string> {
  const { model, team } = (await requirePolicy(store, name)).spec;
  if (model !== undefined) return model;
  const detail = `Policy "${name}" is for all models of team "${team}". State the model of the run.`;
  throw new AppError('policy_model_missing', detail, { policy: name });
}

async function evaluateVersion(deps: GateDeps, question: GateQuestion): Promise<PolicyEvaluation> {
  const policy = await chooseModelPolicy(deps.store, question);
  const version = await deps.evidence.find(deps.store, question.model, question.version);
  const needs = listEvidenceNeeds(policy.spec);
  const by = { actor: question.actor, isRegistered: true };
  return buildEvaluation(deps, policy, await deps.evidence.gather(deps.store, version, needs), by);
}

async function buildEvaluation(
  deps: GateDeps,
  policy: Policy,
  gathered: GatheredEvidence,
  by: { readonly actor: string | null; readonly isRegistered: boolean },
): Promise<PolicyEvaluation> {
  const behind = await deps.evidence.behind(deps.store, policy.spec.model, policy.spec.alias);
  // A trade price compares the costs of both versions at demand, which needs the capacity of both.
  const slos = policy.spec.tradePrice === undefined ? [] : listDemandSlos(policy.spec);
  const champion = behind === null ? null : await deps.evidence.gather(deps.store, behind, { slos });
  const { budgets, deliveries } = await readPolicyBudgets(deps, policy);
  const versions = { candidate: gathered.evidence, champion: champion?.evidence ?? null };
  const candidate = { ...gathered, evidence: await addGateFacts(deps, { policy, ...versions, ...by }) };
  const scales = {
    policy: policy.spec,
    candidate: candidate.evidence,
    champion: champion?.evidence ?? null,
    budgets,
  };
  const named = [...deliveries, ...candidate.billDeliveries, ...(champion?.billDeliveries ?? [])];
  const billDeliveries = [...new Set(named)].toSorted();
  return { policy, candidate, champion, billDeliveries, budgets, ...evaluatePolicy(scales) };
}

function buildGateAnswer(
  { policy, candidate, verdict, checks }: PolicyEvaluation,
  question: Pick<GateQuestion, 'model'>,
): GateAnswer {
  const { version } = candidate.evidence;
  return {
    verdict,
    checks,
    decision: null,
    model: question.model,
    version,
    policy: policy.name,
    team: policy.spec.team ?? null,
    environment: policy.spec.environment ?? null,
    summary: summarise(question.model, version, verdict, checks),
    method: describeMethod(policy.spec, candidate.evidence.gate?.look ?? null),
  };
}

/** Records the decision and, for a promotion, moves the alias: both or neither. null when the facts moved meanwhile. */
function decide(
  deps: GateDeps,
  question: GateQuestion,
  weighed: PolicyEvaluation,
  summary: string,
): Promise<string | null> {
  return deps.store.transaction(async (sql) => {
    const { policy, candidate, champion, verdict, checks, billDeliveries, budgets } = weighed;
    const { alias } = policy.spec;
    const behind = await deps.evidence.behind(sql, question.model, alias);
    const now = (await findModelPolicies(sql, question.model)).find(({ name }) => name === policy.name);
    const from = champion?.evidence.version ?? null;
    if ((behind?.version ?? null) !== from || now?.policyVersion !== policy.policyVersion) return null;
    const to = candidate.evidence.version;
    const moves = verdict === 'promote' && from !== to;
    if (moves) {
      await deps.registry.setAlias(sql, question.model, alias, to);
      await keepKnownChampion(sql, question.model, alias, to);
    }
    return deps.ledger.record(sql, {
      actor: question.actor,
      model: question.model,
      version: to,
      policy,
      verdict,
      summary,
      checks,
      action: moves ? { alias, from, to } : null,
      candidate: candidate.evidence,
      champion: champion?.evidence ?? null,
      billDeliveries,
      budgets,
      priceBooks: [...new Set([...candidate.priceBooks, ...(champion?.priceBooks ?? [])])].toSorted(),
    });
  });
}
