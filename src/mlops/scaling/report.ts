import { computeQuantile } from '../../platform/numbers/index.ts';
import { decimal, decimalString } from '../../platform/units/index.ts';
import { computeMissStandardError } from './batch-means.ts';
import { createHpa } from './hpa.ts';
import { createKpa } from './kpa.ts';
import type { ScalingPolicy } from './policy.ts';
import type { CurvePoint, PolicyKind, PolicyOutcome, ReplayReport, ReplaySettings } from './schema.ts';
import { PolicyKind as Kinds } from './schema.ts';
import { createDecidedPolicy, createReplay, type Replay, type ReplayResult, type Trace } from './simulation.ts';
import { createSlo } from './slo.ts';

/** Events between two breaths of whatever else the process does; a few milliseconds of work. */
const EVENTS_A_BREATH = 1000;
/** Digits of replica-hours that are answered, so that cost is exactly price times hours. */
const HOUR_DIGITS = 6;

/** Shares of `slo` and targets of the others for the curve of cost against waiting. */
const CURVE_SHARES = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2];
const CURVE_TARGETS = [0.5, 0.6, 0.7, 0.8, 0.9];

/**
 * Cost of each policy on a trace, and the best constant number of replicas in hindsight. Awaits `breathe` regularly, so that
 * the event loop stays free.
 */
export async function replayReport(
  trace: Trace,
  settings: ReplaySettings,
  breathe: () => Promise<void>,
): Promise<ReplayReport> {
  const lastSeconds = trace.atSeconds.at(-1) ?? 0;
  const run: Run = async (policy, initialReplicas) => {
    const replay = createReplay(trace, policy, settings, initialReplicas);
    while (!replay.goOn(EVENTS_A_BREATH)) await breathe();
    return replay;
  };
  const policies: PolicyOutcome[] = [];
  const kinds = settings.policy === 'all' ? Kinds.options : [settings.policy];
  for (const policy of kinds) {
    const replayed = await run(createReplayPolicy(policy, settings), settings.initialReplicas);
    policies.push({
      policy,
      decisions: replayed.decisions.map(([at, replicas]) => [at, replicas]),
      ...computeOutcome(replayed, settings),
    });
  }
  return {
    requests: trace.atSeconds.length,
    hours: lastSeconds / 3600,
    busyPlaces: lastSeconds === 0 ? null : trace.serviceSeconds.reduce((sum, each) => sum + each, 0) / lastSeconds,
    policies,
    curve: settings.curve === 'true' ? await buildCurve(kinds, settings, run) : [],
    bestConstant: settings.policy === 'all' ? await findBestConstant(settings, run) : null,
  };
}

type Run = (policy: ScalingPolicy, initialReplicas: number) => Promise<Replay>;

/** The outcomes of each policy by its one setting that trades cost for waiting, all else being the same. */
async function buildCurve(kinds: readonly PolicyKind[], settings: ReplaySettings, run: Run): Promise<CurvePoint[]> {
  const points: CurvePoint[] = [];
  for (const policy of kinds) {
    for (const ratio of policy === 'slo' ? CURVE_SHARES : CURVE_TARGETS) {
      const [missRatio, targetRatio] = policy === 'slo' ? [ratio, null] : [null, ratio];
      const changed = {
        ...settings,
        missRatio: missRatio ?? settings.missRatio,
        targetRatio: targetRatio ?? settings.targetRatio,
      };
      const replayed = await run(createReplayPolicy(policy, changed), settings.initialReplicas);
      points.push({ policy, missRatio, targetRatio, ...computeOutcome(replayed, settings) });
    }
  }
  return points;
}

function createReplayPolicy(kind: PolicyKind, settings: ReplaySettings): ScalingPolicy {
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

/** More replicas never cause more waits, so bisection finds the fewest. */
async function findBestConstant(
  settings: ReplaySettings,
  run: (policy: ScalingPolicy, initialReplicas: number) => Promise<ReplayResult>,
): Promise<ReplayReport['bestConstant']> {
  let found: ReplayReport['bestConstant'] = null;
  let [fewest, most] = [Math.max(1, settings.minReplicas), settings.maxReplicas];
  while (fewest <= most) {
    const replicas = Math.floor((fewest + most) / 2);
    const outcome = computeOutcome(await run(createDecidedPolicy([[0, replicas]]), replicas), settings);
    if (outcome.waitingShare <= settings.missRatio) {
      found = { replicas, ...outcome };
      most = replicas - 1;
    } else fewest = replicas + 1;
  }
  return found;
}

function computeOutcome(replayed: ReplayResult, { waitSeconds, price, missPrice, currency }: ReplaySettings) {
  const { waitsSeconds } = replayed;
  const hours = replayed.replicaHours.toFixed(HOUR_DIGITS);
  const misses = waitsSeconds.reduce((count, wait) => count + Number(wait > waitSeconds), 0);
  const replicaCost = decimal(price).times(hours);
  const missCost = missPrice === undefined ? null : decimal(missPrice).times(misses);
  const money = (amount: ReturnType<typeof decimal>) => ({ amount: decimalString(amount), currency });
  return {
    replicaHours: Number(hours),
    waitingShare: misses / waitsSeconds.length,
    waitingShareError: computeMissStandardError(waitsSeconds, waitSeconds),
    p99WaitSeconds: computeQuantile(waitsSeconds.toSorted(), 0.99) ?? 0,
    replicaCost: money(replicaCost),
    missCost: missCost === null ? null : money(missCost),
    cost: money(missCost === null ? replicaCost : replicaCost.plus(missCost)),
  };
}
