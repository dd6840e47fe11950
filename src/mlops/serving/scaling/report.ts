import { quantileOf } from '../../../platform/numbers/index.ts';
import { decimal, decimalString } from '../../../platform/units/index.ts';
import { createHpa } from './hpa.ts';
import { createKpa } from './kpa.ts';
import type { ScalingPolicy } from './policy.ts';
import type { PolicyKind, PolicyOutcome, ReplayReport, ReplaySettings } from './schema.ts';
import { PolicyKind as Kinds } from './schema.ts';
import { createReplay, decided, type Replay, type Replayed, type Trace } from './simulation.ts';
import { createSlo } from './slo.ts';

/** Events between two breaths of whatever else the process does; a few milliseconds of work. */
const EVENTS_A_BREATH = 1000;
/** Digits of replica-hours that are answered, so that cost is exactly price times hours. */
const HOUR_DIGITS = 6;

/** What each policy costs on a trace, and the best constant known afterwards; `breathe` is awaited now and then. */
export async function replayReport(
  trace: Trace,
  settings: ReplaySettings,
  breathe: () => Promise<void>,
): Promise<ReplayReport> {
  const lastSeconds = trace.atSeconds.at(-1) ?? 0;
  const run = async (policy: ScalingPolicy, initialReplicas: number): Promise<Replay> => {
    const replay = createReplay(trace, policy, settings, initialReplicas);
    while (!replay.goOn(EVENTS_A_BREATH)) await breathe();
    return replay;
  };
  const policies: PolicyOutcome[] = [];
  for (const policy of settings.policy === 'all' ? Kinds.options : [settings.policy]) {
    const replayed = await run(policyOf(policy, settings), settings.initialReplicas);
    policies.push({
      policy,
      decisions: replayed.decisions.map(([at, replicas]) => [at, replicas]),
      ...outcomeOf(replayed, settings),
    });
  }
  return {
    requests: trace.atSeconds.length,
    hours: lastSeconds / 3600,
    busyPlaces: lastSeconds === 0 ? null : trace.serviceSeconds.reduce((sum, each) => sum + each, 0) / lastSeconds,
    policies,
    bestConstant: settings.policy === 'all' ? await bestConstant(settings, run) : null,
  };
}

function policyOf(kind: PolicyKind, settings: ReplaySettings): ScalingPolicy {
  const { minReplicas: min, maxReplicas: max, price, missPrice } = settings;
  const options = { ...settings, min, max };
  switch (kind) {
    case 'hpa':
      return createHpa(options);
    case 'kpa':
      return createKpa(options);
    case 'slo': {
      const missReplicaHours = missPrice === undefined ? null : Number(missPrice) / Number(price);
      return createSlo({ ...options, missReplicaHours });
    }
  }
}

/** More replicas never let more wait, so that halving finds the fewest. */
async function bestConstant(
  settings: ReplaySettings,
  run: (policy: ScalingPolicy, initialReplicas: number) => Promise<Replayed>,
): Promise<ReplayReport['bestConstant']> {
  let found: ReplayReport['bestConstant'] = null;
  let [fewest, most] = [Math.max(1, settings.minReplicas), settings.maxReplicas];
  while (fewest <= most) {
    const replicas = Math.floor((fewest + most) / 2);
    const outcome = outcomeOf(await run(decided([[0, replicas]]), replicas), settings);
    if (outcome.waitingShare <= settings.missRatio) {
      found = { replicas, ...outcome };
      most = replicas - 1;
    } else fewest = replicas + 1;
  }
  return found;
}

function outcomeOf(replayed: Replayed, { waitSeconds, price, missPrice, currency }: ReplaySettings) {
  const { waitsSeconds } = replayed;
  const hours = replayed.replicaHours.toFixed(HOUR_DIGITS);
  const misses = waitsSeconds.reduce((count, wait) => count + Number(wait > waitSeconds), 0);
  const replicaCost = decimal(price).times(hours);
  const missCost = missPrice === undefined ? null : decimal(missPrice).times(misses);
  const money = (amount: ReturnType<typeof decimal>) => ({ amount: decimalString(amount), currency });
  return {
    replicaHours: Number(hours),
    waitingShare: misses / waitsSeconds.length,
    p99WaitSeconds: quantileOf(waitsSeconds.toSorted(), 0.99) ?? 0,
    replicaCost: money(replicaCost),
    missCost: missCost === null ? null : money(missCost),
    cost: money(missCost === null ? replicaCost : replicaCost.plus(missCost)),
  };
}
