import type { EndpointWrite } from '../mlops/access/index.ts';
import { countServed } from '../mlops/gateway/index.ts';
import { createMonitoring } from '../mlops/monitoring/index.ts';
import { createOrg } from '../org/index.ts';
import { hasAccount } from '../platform/auth/index.ts';
import { parseRoles } from '../platform/config/index.ts';
import type { Plugin } from '../platform/http/index.ts';
import { createDocsPlugin, createRead, type Route } from '../platform/http/index.ts';
import { createManifests } from '../platform/manifests/index.ts';
import { createTelling } from '../platform/notices/index.ts';
import { createNotificationRoutes } from '../platform/notification-routes/index.ts';
import { createServers } from '../platform/servers/index.ts';
import type { Telemetry } from '../platform/telemetry/index.ts';
import { createSpotDeadlines, createSubjectOwners } from '../tradeoff/bridges/index.ts';
import { createAliasGovernance } from '../tradeoff/decisions/index.ts';
import { createDemoData } from '../tradeoff/demo-data/index.ts';
import { createFirstUse } from '../tradeoff/first-use/index.ts';
import type { Infrastructure } from './infrastructure.ts';
import { readVersion } from './version.ts';
import { wireAdvice } from './wire-advice.ts';
import { wireFinops } from './wire-finops.ts';
import { wireGpus } from './wire-gpus.ts';
import { wireBackups, wireIntegrity, wireLakeMoves, wireSystem, wireTableRetention } from './wire-integrity.ts';
import { wireMlops } from './wire-mlops.ts';
import { type SimulatedCluster, wirePipelines } from './wire-pipelines.ts';
import { wireServing } from './wire-serving.ts';
import { wireSummaries } from './wire-summaries.ts';
import { wireOptimizations, wireRetention, wireTradeoff } from './wire-tradeoff.ts';

/** Creates every noun, each from the nouns above it. `doors` are the routes of sign-in and audit. */
export function wire(
  infrastructure: Infrastructure,
  doors: readonly { readonly routes: readonly Route[] }[],
  cluster?: SimulatedCluster,
) {
  const { config, clock, log, telemetry, store, lake, objects, events, jobs, predictionLog } = infrastructure;
  const notices = createTelling(config);
  const { mail, rules } = notices;
  const notifications = createNotificationRoutes({ clock, log, store, jobs, ...notices });
  const org = createOrg({ store, clock, accounts: { has: hasAccount } });
  const finops = wireFinops(infrastructure, { org, notices, ownerOf: (sql, subject) => findOwner(sql, subject) });
  const { uploads, budgets, billing, sources, allocation, prices, exchange, tokens } = finops;
  const governance = createAliasGovernance({ clock });
  const mlops = wireMlops(infrastructure, { org, governance, tokens: finops.tokens, uploads });
  const { tracking, registry, webhooks, access, door } = mlops;
  const findOwner = createSubjectOwners({ registry, tracking });
  const gpus = wireGpus(infrastructure, { org, finops, notices, tracking });
  const tradeoff = wireTradeoff(infrastructure, { org, notices, finops, gpus, mlops });
  const { decisions, modelSteps: models } = tradeoff;
  const { executors, pipelines } = wirePipelines(
    infrastructure,
    {
      ...{ door, models, budgets, runLog: tracking.runLog },
      deadlines: createSpotDeadlines({ decisions, tracking }),
    },
    cluster,
  );
  const requests = { served: (question: Parameters<typeof countServed>[1]) => countServed(store, question) };
  const monitoring = createMonitoring(
    {
      ...{ config, clock, log, store, lake, objects, events, mail, rules, uploads, requests },
      teamOf: async (sql, model) => (await registry.ownerOf(sql, model))?.team ?? null,
    },
    predictionLog,
  );
  monitoring.schedule(jobs);
  const serving = wireServing(infrastructure, { org, finops, mlops, monitoring, executors });
  const optimizations = wireOptimizations(infrastructure, {
    ...{ finops, mlops, monitoring, serving, decisions, evidence: tradeoff.evidence },
  });
  const { retraining, recommendations } = wireAdvice(infrastructure, {
    ...{ org, notices, finops, gpus, mlops, tradeoff, pipelines, monitoring, serving, optimizations },
  });
  const { reports, attention, health, scorecards, views, viewSchedules } = wireSummaries(infrastructure, {
    ...{ org, notices, finops, gpus, mlops, tradeoff, monitoring },
    readAs: createRead(() => routes),
  });
  const demoData = createDemoData(infrastructure);
  const retention = wireRetention(infrastructure, mlops, tradeoff);
  const lakeMoves = wireLakeMoves(infrastructure);
  const { gpuTelemetry, gpuUsage, anomalies } = gpus;
  const kinds = [
    ...[notifications, org, sources, allocation, prices, exchange, tokens, budgets, gpuTelemetry, gpuUsage, anomalies],
    ...[pipelines, monitoring, serving, retraining, recommendations, optimizations, reports, retention],
    ...[tradeoff.value, tradeoff.returns],
  ].flatMap((noun) => noun.kinds);
  kinds.push(...tradeoff.gates.kinds.map(decisions.watchPolicies));
  const admittedKinds = kinds.map(demoData.watchKind);
  const routes: readonly Route[] = [
    ...doors,
    org,
    notifications,
    executors,
    ...Object.values(finops),
    ...Object.values(gpus),
    ...[tracking, registry, mlops.tracing, webhooks, mlops.transfer],
    ...[mlops.scaling, mlops.evaluations, mlops.artifactViews],
    ...[pipelines, monitoring, serving, retraining, recommendations, optimizations, reports],
    ...[tradeoff.evidence, tradeoff.value, decisions, tradeoff.gates, tradeoff.frontier],
    ...[tradeoff.returns, attention, health, scorecards, views, viewSchedules],
    ...[tradeoff.runCosts, tradeoff.lineage, tradeoff.openLineage],
    retention,
    wireTableRetention(infrastructure, { billing, gpuTelemetry, monitoring }),
    wireIntegrity(infrastructure, finops),
    ...[wireBackups(infrastructure), wireSystem(infrastructure), wireServers(infrastructure), lakeMoves],
    createManifests({ store, kinds: admittedKinds }),
    demoData,
    createFirstUse({ config, store, demo: demoData }),
  ].flatMap((noun) => noun.routes);
  const endpoints = routes.map((route) => route.endpoint);
  return {
    ...{ kinds: admittedKinds, demoData, routes, webhooks, notifications, tracking, executors, serving, gpuTelemetry },
    checkWrite: (request: EndpointWrite) => access.endpoint(request),
    ...{ checkRead: access.reads.endpoint, teamOfWork: access.teamOfWork, lakeMoves },
    plugins: [
      createSystemPlugin(telemetry),
      ...mlops.plugins,
      pipelines.plugin,
      serving.plugin,
      gpuTelemetry.plugin,
      createDocsPlugin(endpoints, readVersion()),
    ],
  };
}

/** The list of servers; the only server of a data folder lists itself. */
function wireServers({ config, clock, store, place, address }: Infrastructure) {
  const startedAt = new Date(clock.now()).toISOString();
  const describe = () => ({ roles: parseRoles(config.roles), version: readVersion(), url: address(), startedAt });
  return createServers({ store, single: place.membership === null ? describe : null });
}

/** Metrics and version endpoints for monitoring. */
function createSystemPlugin(telemetry: Telemetry): Plugin {
  return (app) => {
    app.get('/metrics', { config: { scope: 'platform.read' } }, async (_request, reply) => {
      const { contentType, text } = await telemetry.exposition();
      return reply.type(contentType).send(text);
    });
    app.get('/api/v1/version', { config: { scope: 'open' } }, async () => ({ version: readVersion() }));
  };
}
