import { postApply } from '../../../src/platform/manifests/schema.ts';
import { MINUTE_MS } from '../../../src/platform/units/durations.ts';
import {
  getOptimization,
  type OptimizationDetail,
  proposeOptimization,
} from '../../../src/tradeoff/optimizations/schema.ts';
import type { Report } from '../demo/candidates.ts';
import type { DemoClient } from '../demo/client.ts';
import { MODEL } from '../demo/register.ts';
import type { StoryClock } from '../demo/story-clock.ts';
import { createRandom, seedFor } from '../random/xoshiro.ts';
import { applyDocuments } from './apply-documents.ts';
import type { Audience } from './audience.ts';
import { ENDPOINT, served, settled, until } from './endpoint-state.ts';
import { sendVisits } from './traffic.ts';

/** The champion before needs less compute for a list, and has to be proven to rank nearly as well until the deadline. */
const SMALLER = {
  ...{ name: 'smaller-model', visits: 40, minutes: 14 },
  spec: {
    ...{ endpoint: ENDPOINT, change: { version: '4' } },
    description: 'Answer with the smaller model, which needs less compute for a list.',
    quality: [{ metric: 'ndcg@10', relativeMargin: 0.05 }],
    guardrails: [{ metric: 'errorRate', margin: 0.05 }],
    ramp: { percents: [50], for: '5m' },
    ...{ labelsWithin: '1m', deadline: '12m' },
  },
};

/** One machine instead of two: at nine tenths of the traffic it has the load that it will have. */
const ONE_REPLICA = {
  ...{ name: 'one-replica', visits: 80, minutes: 30 },
  spec: {
    ...{ endpoint: ENDPOINT, change: { replicas: { min: 1 } }, compare: 'arms' },
    description: 'Serve with one machine instead of two.',
    guardrails: [
      { metric: 'errorRate', margin: 0.05 },
      { metric: 'latencyP95', ratio: 4 },
    ],
    ramp: { percents: [90], for: '10m' },
    ...{ holdOut: 0, deadline: '1d' },
  },
};

interface TrialOptions {
  readonly seed: number;
  readonly clock: StoryClock;
  readonly report: Report;
  readonly audience: Audience;
  readonly champion: { readonly version: string };
}

/**
 * Serves the promoted version on two machines and proposes two savings, one after the other. The traffic of an hour passes in
 * seconds by the clock of the server; its optimizations decide on it.
 */
export async function trySavings(client: DemoClient, options: TrialOptions): Promise<void> {
  const { clock, report, champion } = options;
  await applyDocuments(client, ['endpoint.yaml']);
  // Quality alone for now: drift and alerts begin with the history of the last days.
  await applyQualityMonitor(client);
  await served(client, champion.version);
  report(`ranker ${champion.version} answers at ${client.url}/serve/${ENDPOINT}/ on two machines`);
  if (clock.lateMs() === 0)
    return report('   no saving is tried: the month has just begun, and there is no hour of traffic');
  for (const trial of [SMALLER, ONE_REPLICA]) {
    const { state, reason, summary } = await runTrial(client, trial, options);
    report(`   ${summary}: ${state.replace('_', ' ')}`);
    if (reason !== null) report(`   ${reason}`);
    await settled(client);
  }
  await clock.catchUp();
}

async function applyQualityMonitor(client: DemoClient): Promise<void> {
  const spec = { model: MODEL, quality: { kind: 'ranking', output: 'item_index', k: 10 } };
  const text = JSON.stringify({ apiVersion: 'steelyard/v1', kind: 'Monitor', metadata: { name: ENDPOINT }, spec });
  await client.call(postApply, { body: { documents: [{ file: 'monitor.json', text }] } });
}

/** Proposes a change and sends minutes of traffic until it is decided, or the minutes are over. */
async function runTrial(
  client: DemoClient,
  { name, spec, visits, minutes }: typeof SMALLER | typeof ONE_REPLICA,
  { seed, clock, audience }: TrialOptions,
): Promise<OptimizationDetail> {
  const random = createRandom(seedFor(seed, name));
  const look = () => client.call(getOptimization, { params: { optimization: name } });
  await client.call(proposeOptimization, { body: { optimization: name, spec: spec as never } });
  await clock.forward(0);
  let now = await until(async () => {
    const one = await look();
    return one.state === 'proposed' ? null : one;
  }, `the start of ${name}`);
  await settled(client);
  for (let minute = 0; minute < minutes && now.state === 'running'; minute++) {
    await sendVisits(client, { name: `${name}-${minute}`, model: MODEL, audience, random, visits });
    if (!(await clock.forward(MINUTE_MS))) break;
    const before = now.judgedAt;
    now = await until(async () => {
      const one = await look();
      return one.state === 'running' && one.judgedAt === before ? null : one;
    }, `a look at ${name}`);
  }
  return now;
}
