import { createHash } from 'node:crypto';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Evidence, OutcomeRequest } from '../evidence/index.ts';
import type { GateFacts, VersionEvidence } from '../evidence/schema.ts';
import { findApprovals, findKnownChampion, keepKnownChampion } from './approval-store.ts';
import { type LookRequest, spendLook } from './look-store.ts';
import type { Policy, PolicySpec } from './schema.ts';
import {
  DEFAULT_EVALUATION,
  findLoggedInterval,
  findRuleEvidence,
  findUntestable,
  listDigests,
  needsTest,
} from './test-evidence.ts';
import { listTestedExamples } from './tested-quality.ts';
import { buildTestContext } from './weigh.ts';

export interface FactDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly evidence: Pick<Evidence, 'gatherOutcomes'>;
}

export interface FactQuestion {
  readonly policy: Policy;
  readonly candidate: VersionEvidence;
  readonly champion: VersionEvidence | null;
  /** Account that requested the evaluation; null: not known. */
  readonly actor: string | null;
  /** False for a run that is no version yet. */
  readonly isRegistered: boolean;
}

/**
 * Adds the facts for tests, approvals and freshness to the evidence of a candidate. Outcomes that a policy tests for the first time
 * spend one of its looks, also on a dry run and for a run: their result may decide the next attempt. Outcomes are looked at only
 * when all tests of the policy can be made.
 */
export async function addGateFacts(deps: FactDeps, question: FactQuestion): Promise<VersionEvidence> {
  const { policy, candidate, champion, actor, isRegistered } = question;
  const { spec } = policy;
  const { model, alias } = spec;
  const { store } = deps;
  const at = new Date(deps.clock.now()).toISOString();
  const gathered = await gatherTestedOutcomes(deps, question);
  const key = { policy: policy.name, policyVersion: policy.policyVersion, model, version: candidate.version };
  const lostChampion = await updateKnownChampion(store, { model, alias, champion });
  const gate: GateFacts = {
    at,
    ...gathered,
    look: null,
    approvals: isRegistered ? await findApprovals(store, key) : null,
    requestedBy: actor,
    lostChampion,
    rejectsBy: 'holm',
  };
  const look = await lookAtOutcomes(store, { ...question, candidate: { ...candidate, gate } }, at);
  return { ...candidate, gate: { ...gate, look } };
}

/** Present outcomes, latencies and requests that the policy tests. Spends no look. */
export function gatherTestedOutcomes(
  { store, evidence }: Pick<FactDeps, 'store' | 'evidence'>,
  { policy: { spec }, candidate, champion }: Pick<FactQuestion, 'policy' | 'candidate' | 'champion'>,
): ReturnType<FactDeps['evidence']['gatherOutcomes']> {
  const other = champion === null || champion.version === candidate.version ? null : champion;
  return evidence.gatherOutcomes(store, {
    model: spec.model,
    version: candidate.version,
    candidateRun: candidate.runId,
    championRun: other?.runId ?? null,
    championVersion: other?.version ?? null,
    requests: listOutcomeRequests(spec),
    liveMetrics: spec.alpha === undefined ? [] : listLiveMetrics(spec),
    latencyBoundMs: spec.slo?.latencyP95Ms ?? null,
    needsRequests: spec.slo?.errorRate !== undefined,
  });
}

/** Each metric once; none for a policy without tests. */
function listOutcomeRequests({ alpha, quality }: PolicySpec): OutcomeRequest[] {
  if (alpha === undefined) return [];
  const tested = quality.filter(({ source }) => source !== 'live');
  const byMetric = new Map(
    tested.map(({ metric, evaluation = DEFAULT_EVALUATION, outcome }) => [metric, { metric, evaluation, outcome }]),
  );
  return [...byMetric.values()];
}

/** Metrics of the rules on traffic. */
function listLiveMetrics({ quality }: PolicySpec): string[] {
  return [...new Set(quality.filter(({ source }) => source === 'live').map(({ metric }) => metric))];
}

/** The version that the alias pointed to when it points to none now; null otherwise. */
async function updateKnownChampion(
  store: Store,
  {
    model,
    alias,
    champion,
  }: { readonly model: string; readonly alias: string; readonly champion: VersionEvidence | null },
): Promise<string | null> {
  const known = await findKnownChampion(store, model, alias);
  if (champion === null) return known;
  if (champion.version !== known) {
    await store.transaction((sql) => keepKnownChampion(sql, model, alias, champion.version));
  }
  return null;
}

/** null while there is nothing to test, or a test lacks evidence. */
async function lookAtOutcomes(
  store: Store,
  { policy, candidate, champion }: FactQuestion,
  at: string,
): Promise<GateFacts['look']> {
  const { spec } = policy;
  if (spec.alpha === undefined) return null;
  const context = buildTestContext({ policy: spec, candidate, champion });
  if (findUntestable(context).length > 0) return null;
  const examples = listTestedExamples(context);
  const logged = spec.quality.flatMap((rule) => {
    const found = findLoggedInterval(rule, context);
    return found === null ? [] : [[rule.metric, found.value, found.interval]];
  });
  if (Object.keys(examples).length === 0 && logged.length === 0) return null;
  const tables = spec.quality.flatMap((rule) => {
    const found = needsTest(rule, context) ? findRuleEvidence(rule, context) : null;
    if (found === null || 'reason' in found) return [];
    return [[rule.metric, ...listDigests(found)]];
  });
  const evidenceSha256 = createHash('sha256')
    .update(JSON.stringify([tables, logged]))
    .digest('hex');
  const request: LookRequest = {
    key: {
      policy: policy.name,
      policyVersion: policy.policyVersion,
      model: spec.model,
      candidate: nameCandidate(candidate),
      champion: context.champion === null || champion === null ? '' : nameCandidate(champion),
    },
    most: countLooks(spec),
    evidenceSha256,
    examples,
    at,
  };
  return store.transaction((sql: Sql) => spendLook(sql, request));
}

/** A run and the version made of it are the same candidate. */
function nameCandidate({ runId, version }: VersionEvidence): string {
  return runId === null ? `version:${version}` : `run:${runId}`;
}

function countLooks({ looks = 1 }: PolicySpec): number | null {
  if (looks === 'anytime') return null;
  return looks === 1 ? 1 : looks.planned;
}
