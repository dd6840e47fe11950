import { decodePageToken, encodePageToken } from '../../platform/contract/page-token.ts';
import type { Sql } from '../../platform/store/index.ts';
import { type Money, sumDecimals } from '../../platform/units/index.ts';
import type { RetrainingDeps } from './context.ts';
import type {
  Retraining,
  RetrainingDetail,
  RetrainingRound,
  RetrainingRoundSummary,
  RetrainingTriggerNow,
} from './schema.ts';
import { nameTriggers, toTriggerKind } from './spec/schema.ts';
import { findRoundsByState, findTriggerStates, pageRounds, type StoredRetraining, type StoredRound } from './store.ts';
import { describeCondition, readThreshold } from './triggers.ts';

/** A round with the current cost of its run. */
export async function readRound(deps: RetrainingDeps, { document }: StoredRound): Promise<RetrainingRound> {
  if (document.state !== 'running' || document.run === null) return document;
  const { pipeline, run } = document.run;
  const { cost, unpricedSteps } = await deps.pipelines.runs.show(deps.store, pipeline, run);
  return { ...document, cost, unpricedSteps };
}

async function readRoundSummary(deps: RetrainingDeps, round: StoredRound): Promise<RetrainingRoundSummary> {
  const { retraining, round: number, state, reason, trigger, ...rest } = await readRound(deps, round);
  const { openedAt, startedAt, endedAt, run, candidate, verdict, gain, cost, realisedGain } = rest;
  return {
    retraining,
    round: number,
    state,
    reason,
    trigger,
    openedAt,
    startedAt,
    endedAt,
    run,
    candidate,
    verdict,
    gain,
    cost,
    realisedGain,
  };
}

export async function readRetraining(deps: RetrainingDeps, stored: StoredRetraining): Promise<Retraining> {
  const { name, spec, appliedAt, coolsUntil, trainedUntil } = stored;
  const { store, registry, clock } = deps;
  const [last] = await pageRounds(store, name, null, 1);
  const [champion, waiting, underWay] = [
    await registry.versionByAlias(store, spec.model, spec.alias),
    await findRoundsByState(store, name, ['waiting']),
    await findRoundsByState(store, name, ['starting', 'running']),
  ];
  return {
    name,
    model: spec.model,
    monitor: spec.monitor,
    pipeline: spec.pipeline,
    alias: spec.alias,
    champion: champion?.version ?? null,
    appliedAt,
    waiting: waiting.length,
    underWay: underWay[0]?.document.round ?? null,
    coolsUntil: coolsUntil !== null && Date.parse(coolsUntil) > clock.now() ? coolsUntil : null,
    trainedUntil,
    lastRound: last === undefined ? null : await readRoundSummary(deps, last),
    ...(await sumSpent(store, name)),
  };
}

/** Cost of the runs of all finished rounds; rounds with unknown cost are counted, not summed. */
async function sumSpent(sql: Sql, name: string): Promise<Pick<Retraining, 'spent' | 'unpricedRounds'>> {
  const over = await findRoundsByState(sql, name, ['promoted', 'not_promoted', 'failed']);
  const ran = over.map(({ document }) => document).filter(({ run }) => run !== null);
  const costs = ran.flatMap(({ cost }): Money[] => (cost === null ? [] : [cost]));
  const spent = [...Map.groupBy(costs, ({ currency }) => currency)].map(([currency, all]) => ({
    amount: sumDecimals(all.map(({ amount }) => amount)),
    currency,
  }));
  const isUnpriced = ({ cost, unpricedSteps }: RetrainingRound) => cost === null || unpricedSteps > 0;
  return {
    spent: spent.toSorted((one, other) => one.currency.localeCompare(other.currency)),
    unpricedRounds: ran.filter(isUnpriced).length,
  };
}

/** Error: `invalid_page_token`. */
export async function readRetrainingDetail(
  deps: RetrainingDeps,
  stored: StoredRetraining,
  { pageSize, pageToken }: { readonly pageSize: number; readonly pageToken?: string | undefined },
): Promise<RetrainingDetail> {
  const { name, spec } = stored;
  const [before] = pageToken === undefined ? [] : decodePageToken(pageToken, { name });
  const found = await pageRounds(deps.store, name, before === undefined ? null : Number(before), pageSize + 1);
  const last = found.length > pageSize ? found[pageSize - 1] : undefined;
  return {
    ...(await readRetraining(deps, stored)),
    triggers: await readTriggers(deps.store, stored),
    params: spec.params,
    cooldownMs: spec.cooldown,
    budget: spec.budget ?? null,
    worth: {
      valuePerPrediction: spec.worth.valuePerPrediction ?? null,
      horizonMs: spec.worth.horizon,
      minimumGain: spec.worth.minimumGain,
      whenUnknown: spec.worth.whenUnknown,
    },
    rounds: await Promise.all(found.slice(0, pageSize).map((round) => readRoundSummary(deps, round))),
    nextPageToken: last === undefined ? null : encodePageToken([last.document.round], { name }),
  };
}

async function readTriggers(sql: Sql, { name, spec }: StoredRetraining): Promise<RetrainingTriggerNow[]> {
  const states = new Map((await findTriggerStates(sql, name)).map((state) => [state.name, state]));
  return nameTriggers(spec.on).map(({ name: trigger, trigger: wanted }) => {
    const state = states.get(trigger);
    if (state === undefined) throw new Error(`trigger ${trigger} of ${name} was applied without its state`);
    return {
      trigger,
      kind: toTriggerKind(wanted),
      waitsFor: describeCondition(wanted),
      nextAt: state.nextAt,
      count: state.counted,
      enough: readThreshold(wanted),
      problem: state.problem,
    };
  });
}
