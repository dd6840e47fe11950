import { parseCron } from '../../platform/jobs/cron.ts';
import { DAY_MS, HOUR_MS } from '../../platform/units/durations.ts';
import type { Money } from '../../platform/units/index.ts';
import { formatInstant, type RetrainingDeps } from './context.ts';
import type { RetrainingRound, Worth } from './schema.ts';
import { nameTriggers, type RetrainingSpec } from './spec/schema.ts';
import { pageRounds, type StoredRetraining, type StoredRound } from './store.ts';
import { computeHorizon, computePerDay, evaluateWorth, type Scales } from './worth.ts';

/** Traffic is that of the last week. */
const TRAFFIC_MS = 7 * DAY_MS;
/** Maximum number of earlier rounds and runs that are searched for a cost. */
const ASKED = 20;

/** Evaluates a round from all current facts. Reads the lake, so call it outside a transaction. */
export async function evaluateRound(
  deps: RetrainingDeps,
  retraining: StoredRetraining,
  { episode }: Pick<StoredRound, 'episode'>,
): Promise<Worth> {
  const { spec } = retraining;
  const now = deps.clock.now();
  const scales: Scales = {
    at: formatInstant(now),
    loss: episode?.loss ?? null,
    lossReason: explainUnknownLoss(episode !== null),
    traffic: await measureTraffic(deps, spec, now),
    valuePerPrediction: spec.worth.valuePerPrediction ?? null,
    moneyPerDay: episode?.moneyPerDay ?? null,
    horizon: computeHorizon(now, spec.worth.horizon, findNextScheduledTime(spec, now)),
    ...(await estimateCost(deps, retraining)),
    budget: await readBudget(deps, spec),
    minimumGain: spec.worth.minimumGain,
  };
  return evaluateWorth(scales);
}

function explainUnknownLoss(isEpisode: boolean): string {
  return isEpisode
    ? 'The loss of quality of the episode was neither measured nor estimated.'
    : 'The trigger is no episode, so no loss of quality is known.';
}

/** Predictions of the last week, or of the part of it since the first, an hour at least. */
async function measureTraffic(
  { monitoring, store }: RetrainingDeps,
  { model, monitor: name }: RetrainingSpec,
  now: number,
): Promise<Scales['traffic']> {
  const monitor = await monitoring.monitor(store, name);
  const sample = monitor?.spec.log.sample ?? 1;
  const { predictions, first } = await monitoring.counts.traffic(model, {
    start: formatInstant(now - TRAFFIC_MS),
    end: formatInstant(now),
  });
  if (predictions === 0 || first === null || sample === 0) return null;
  const start = Math.min(Date.parse(first), now - HOUR_MS);
  const period = { start: formatInstant(start), end: formatInstant(now) };
  return { perDay: computePerDay(predictions, sample, period), period };
}

/** The next time of its calendar; null where it has none. */
function findNextScheduledTime({ on }: RetrainingSpec, now: number): { trigger: string; at: number } | null {
  const times = nameTriggers(on).flatMap(({ name, trigger }) => {
    const at = 'cron' in trigger ? parseCron(trigger.cron, trigger.timeZone).next(now) : null;
    return at === null ? [] : [{ trigger: name, at }];
  });
  return times.toSorted((one, other) => one.at - other.at)[0] ?? null;
}

/** Cost of the last priced retraining; else of the last successful run of the pipeline; else the budget of one run. */
async function estimateCost(
  { store, pipelines }: RetrainingDeps,
  { name, spec: { pipeline } }: StoredRetraining,
): Promise<{ cost: Money | null; costFrom: string }> {
  const rounds = (await pageRounds(store, name, null, ASKED)).map(({ document }) => document);
  const round = rounds.find((one) => (one.state === 'promoted' || one.state === 'not_promoted') && isPriced(one));
  if (round !== undefined) return { cost: round.cost, costFrom: `cost of round ${round.round}` };
  const runs = await pipelines.runs.latest(store, pipeline, ASKED);
  const run = runs.find((one) => one.state === 'succeeded' && isPriced(one));
  if (run !== undefined) return { cost: run.cost, costFrom: `cost of run #${run.number} of "${pipeline}"` };
  const { budget = null } = await pipelines.runs.spec(store, pipeline);
  if (budget !== null) return { cost: budget, costFrom: `cost limit of one run of "${pipeline}"` };
  return { cost: null, costFrom: `no run of "${pipeline}" has a known cost, and the pipeline names no budget` };
}

function isPriced({ cost, unpricedSteps }: Pick<RetrainingRound, 'cost' | 'unpricedSteps'>): boolean {
  return cost !== null && unpricedSteps === 0;
}

async function readBudget(
  { budgets, store }: RetrainingDeps,
  { budget: name }: RetrainingSpec,
): Promise<Worth['budget']> {
  if (name === undefined) return null;
  const { remaining, limit } = await budgets.standing(store, name);
  return { name, remaining: remaining === null ? null : { amount: remaining, currency: limit.currency } };
}
