import type { Ground } from './ground.ts';
import { createRetention } from '../mlops/retention/index.ts';
import { servedVersions } from '../mlops/serving/index.ts';
import type { Config } from '../platform/config/index.ts';
import { createOperatorSend } from '../platform/outbound/index.ts';
import { resolveSecret } from '../platform/secrets/index.ts';
import { createDecisions } from '../tradeoff/decisions/index.ts';
import { createEvidence } from '../tradeoff/evidence/index.ts';
import { createGates } from '../tradeoff/gates/index.ts';
import { createLineage } from '../tradeoff/lineage/index.ts';
import { createModelSteps } from '../tradeoff/model-steps/index.ts';
import { createOpenLineage, type Receiver } from '../tradeoff/openlineage/index.ts';
import { createRunCosts } from '../tradeoff/run-costs/index.ts';
import { readVersion } from './version.ts';
import type { wireFinops } from './wire-finops.ts';
import type { wireMlops } from './wire-mlops.ts';
import { servingFacts } from './wire-serving.ts';

/** THE MEETING PLACE */
export function wireTradeoff(
  ground: Ground,
  { metering, allocation, budgets, billing, prices, gpus }: ReturnType<typeof wireFinops>,
  { tracking, registry }: ReturnType<typeof wireMlops>,
) {
  const evidence = createEvidence({
    ...ground,
    ...{ versions: registry, metering, billing, prices, tracking, serving: servingFacts },
  });
  const decisions = createDecisions({ ...ground, bills: billing });
  decisions.listen(ground.events);
  const gates = createGates({ ...ground, evidence, budgets, registry, ledger: decisions });
  const runCosts = createRunCosts({ ...ground, metering, allocation, gpus, tracking });
  runCosts.listen(ground.events);
  const lineage = createLineage({ ...ground, metering, allocation, tracking, registry, decisions, servedVersions });
  const openLineage = createOpenLineage({
    ...ground,
    tracking,
    registry,
    names: { producer: `urn:steelyard:server:${readVersion()}`, namespace: ground.config.openLineageNamespace },
    receiver: openLineageReceiver(ground.config),
  });
  openLineage.listen(ground.events);
  const modelSteps = createModelSteps({ ...ground, tracking, registry, gates });
  return { evidence, decisions, gates, runCosts, lineage, openLineage, modelSteps };
}

function openLineageReceiver({ openLineageUrl: url, openLineageToken: token }: Config): Receiver | null {
  if (url === undefined) return null;
  const headers = async (): Promise<Record<string, string>> =>
    token === undefined ? {} : { authorization: `Bearer ${(await resolveSecret(token)).reveal()}` };
  return { url, send: createOperatorSend(url), headers };
}

/** Retention: objects referenced by a version or a decision are kept. */
export function wireRetention(
  ground: Ground,
  { tracking, registry }: ReturnType<typeof wireMlops>,
  { decisions }: Pick<ReturnType<typeof wireTradeoff>, 'decisions'>,
) {
  return createRetention({
    ...ground,
    tracking,
    experimentId: tracking.experimentIdByName,
    costs: {
      costsOfRuns: async (sql, runIds) =>
        new Map([...(await tracking.costs(sql, runIds))].map(([runId, { total }]) => [runId, total])),
    },
    holders: [{ holding: registry.versionsOn }, { holding: decisions.naming }],
  });
}
