import { OBSERVED_WINDOW } from '../mlops/evaluations/schema.ts';
import type { Gateway } from '../mlops/gateway/index.ts';
import type { Monitoring } from '../mlops/monitoring/index.ts';
import { findMakingSteps } from '../mlops/pipelines/index.ts';
import { createCounts, createLabelledReader } from '../mlops/predictions/index.ts';
import type { Registry } from '../mlops/registry/index.ts';
import { createRetention } from '../mlops/retention/index.ts';
import { listServedVersions } from '../mlops/serving/index.ts';
import type { Org } from '../org/index.ts';
import type { Config } from '../platform/config/index.ts';
import type { createTelling } from '../platform/notices/index.ts';
import { createOperatorSend } from '../platform/outbound/index.ts';
import { resolveSecret } from '../platform/secrets/index.ts';
import {
  createBudgetCheck,
  createLiveScores,
  createReplicaPrices,
  createSubjectOwners,
  servingFacts,
} from '../tradeoff/bridges/index.ts';
import { createDecisions, judgeOnPresentEvidence } from '../tradeoff/decisions/index.ts';
import { createEvidence, type Evidence } from '../tradeoff/evidence/index.ts';
import { createFrontier } from '../tradeoff/frontier/index.ts';
import { createGates } from '../tradeoff/gates/index.ts';
import { createLineage } from '../tradeoff/lineage/index.ts';
import { createModelSteps } from '../tradeoff/model-steps/index.ts';
import { createOpenLineage, type Receiver } from '../tradeoff/openlineage/index.ts';
import { createOptimizations } from '../tradeoff/optimizations/index.ts';
import { findTerms } from '../tradeoff/recommendations/index.ts';
import { createReturns } from '../tradeoff/returns/index.ts';
import { createRunCosts } from '../tradeoff/run-costs/index.ts';
import { createLabelSums, createValue } from '../tradeoff/value/index.ts';
import type { Infrastructure } from './infrastructure.ts';
import { readVersion } from './version.ts';
import type { wireFinops } from './wire-finops.ts';
import type { wireGpus } from './wire-gpus.ts';
import type { wireMlops } from './wire-mlops.ts';

export interface TradeoffDeps {
  readonly org: Org;
  readonly notices: ReturnType<typeof createTelling>;
  readonly finops: ReturnType<typeof wireFinops>;
  readonly gpus: ReturnType<typeof wireGpus>;
  readonly mlops: ReturnType<typeof wireMlops>;
}

/** Is it worth it? Evidence of both wings, and the decisions that are taken on it. */
export function wireTradeoff(
  { config, clock, log, store, events, jobs, predictionLog }: Infrastructure,
  {
    org,
    notices,
    finops,
    gpus: { gpuTelemetry, gpuUsage, purchasing },
    mlops: { tracking, registry, evaluations, liveQuality },
  }: TradeoffDeps,
) {
  const { metering, allocation, budgets, billing, prices } = finops;
  const counts = createCounts(predictionLog);
  const sumLabels = createLabelSums(createLabelledReader(predictionLog));
  const value = createValue({ clock, store, jobs, counts, sumLabels, registry });
  const evidence = createEvidence({
    counts,
    sumLabels,
    clock,
    store,
    metering,
    billing,
    prices,
    tracking,
    versions: registry,
    evaluations,
    liveQuality,
    serving: servingFacts,
    makingSteps: findMakingSteps,
  });
  const decisions = createDecisions({
    ...{ clock, log, store, events, jobs, evidence, budgets, bills: billing },
    findOwner: createSubjectOwners({ registry, tracking }),
    ...{ send: notices.send, mail: notices.mail, publicUrl: config.publicUrl ?? null },
    judge: (decision) => judgeOnPresentEvidence({ clock, store, evidence, budgets, bills: billing }, decision),
    qualityOf: async (sql, named) => {
      const runId = (await registry.version(sql, named.model, named.version))?.runId ?? null;
      const tables = runId === null ? [] : await evaluations.versions(sql, runId);
      // Logged answers in a later window are no evidence of the decision that promoted the version.
      const own = tables.filter(({ evaluation: { name } }) => name !== OBSERVED_WINDOW);
      const evaluated = own.map(({ evaluation: { name, version, sha256 } }) => [name, version, sha256]);
      return [listQuality(await registry.metrics(sql, named)), evaluated];
    },
    ownerOf: async (sql, model) => {
      const team = (await registry.ownerOf(sql, model))?.team ?? null;
      return team === null ? null : { team, email: await org.teamOwner(sql, team) };
    },
  });
  billing.addDependent(decisions.standingOn);
  const gates = createGates({ clock, store, evidence, budgets, registry, ledger: decisions });
  const frontier = createFrontier({
    ...{ clock, store, evidence, evaluations, registry, budgets, purchasing },
    readTerms: findTerms,
  });
  const returns = createReturns({
    ...{ clock, store, config, counts, sumLabels, metering, registry, tracking },
    ...{ costs: finops.costs, exchange: finops.exchange },
    makingSteps: findMakingSteps,
    servedVersions: listServedVersions,
    ownerOf: createSubjectOwners({ registry, tracking }),
  });
  const runCosts = createRunCosts({
    ...{ clock, store, events, jobs },
    ...{ metering, allocation, gpuTelemetry, gpuUsage, tracking },
  });
  const lineage = createLineage({
    store,
    metering,
    allocation,
    tracking,
    registry,
    decisions,
    servedVersions: listServedVersions,
  });
  const openLineage = createOpenLineage({
    clock,
    log,
    store,
    events,
    jobs,
    tracking,
    registry,
    names: { producer: `urn:steelyard:server:${readVersion()}`, namespace: config.openLineageNamespace },
    receiver: createReceiver(config),
  });
  const modelSteps = createModelSteps({ store, tracking, registry, gates });
  return { evidence, value, decisions, gates, frontier, returns, runCosts, lineage, openLineage, modelSteps };
}

/** Metrics that are quality evidence; the time of a measurement alone changes nothing. */
function listQuality(metrics: Awaited<ReturnType<Registry['metrics']>>) {
  return metrics
    .filter(({ name }) => !name.startsWith('system/'))
    .map(({ name, value }) => [name, value])
    .toSorted(([one = ''], [other = '']) => (one < other ? -1 : 1));
}

/** The OpenLineage receiver that the settings name; null: none. */
function createReceiver({ openLineageUrl: url, openLineageToken: token }: Config): Receiver | null {
  if (url === undefined) return null;
  const headers = async (): Promise<Record<string, string>> =>
    token === undefined ? {} : { authorization: `Bearer ${(await resolveSecret(token)).reveal()}` };
  return { url, send: createOperatorSend(url), headers };
}

/** Optimizations: changes of endpoints that are tried on live traffic. */
export function wireOptimizations(
  { clock, log, store, events, jobs }: Infrastructure,
  {
    finops: { metering, allocation, prices, budgets },
    mlops: { registry, tracking },
    monitoring,
    serving,
    decisions,
    evidence,
  }: Pick<TradeoffDeps, 'finops' | 'mlops'> & {
    readonly monitoring: Pick<Monitoring, 'liveScores'>;
    readonly serving: Pick<Gateway, 'use'>;
    readonly decisions: Pick<ReturnType<typeof wireTradeoff>['decisions'], 'recordAct'>;
    readonly evidence: Evidence;
  },
) {
  return createOptimizations({
    ...{ clock, log, store, jobs, events, metering, allocation, budgets },
    findOwner: createSubjectOwners({ registry, tracking }),
    serving: serving.use,
    teamOf: async (sql, model) => (await registry.ownerOf(sql, model))?.team ?? null,
    recordAct: decisions.recordAct,
    prices: createReplicaPrices(prices, clock),
    readScores: createLiveScores(store, monitoring.liveScores),
    explainBudget: createBudgetCheck(budgets),
    readUnitCosts: async (sql, model, version) => {
      const found = version.startsWith('@')
        ? await registry.versionByAlias(sql, model, version.slice(1))
        : await registry.version(sql, model, version);
      return found === null ? [] : ((await evidence.gather(sql, found)).evidence.unitCosts ?? []);
    },
  });
}

/** Retention of artifacts: objects referenced by a version or a decision are kept. */
export function wireRetention(
  { clock, store, artifacts: objects, jobs }: Infrastructure,
  { tracking, registry }: Pick<ReturnType<typeof wireMlops>, 'tracking' | 'registry'>,
  { decisions }: Pick<ReturnType<typeof wireTradeoff>, 'decisions'>,
) {
  return createRetention({
    clock,
    store,
    objects,
    jobs,
    tracking,
    experimentId: tracking.experimentIdByName,
    costs: {
      costsOfRuns: async (sql, runIds) =>
        new Map([...(await tracking.costs(sql, runIds))].map(([runId, { total }]) => [runId, total])),
    },
    holders: [{ holding: registry.versionsOn }, { holding: decisions.naming }],
  });
}
