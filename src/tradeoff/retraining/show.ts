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
import { kindOf, namedTriggers } from './spec/schema.ts';
import { pageRounds, roundsIn, type StoredRetraining, type StoredRound, triggerStates } from './store.ts';
import { enoughOf, waitsFor } from './triggers.ts';

/** A round with the current cost of its run. */
export async function shownRound(deps: RetrainingDeps, { document }: StoredRound): Promise<RetrainingRound> {
  if (document.state !== 'running' || document.run === null) return document;
  const { pipeline, run } = document.run;
  const { cost, unpricedSteps } = await deps.pipelines.runs.show(deps.store, pipeline, run);
  return { ...document, cost, unpricedSteps };
}

async function shownSummary(deps: RetrainingDeps, round: StoredRound): Promise<RetrainingRoundSummary> {
  const { retraining, round: number, state, reason, trigger, ...rest } = await shownRound(deps, round);
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

export async function shownRetraining(deps: RetrainingDeps, stored: StoredRetraining): Promise<Retraining> {
  const { name, spec, appliedAt, coolsUntil, trainedUntil } = stored;
  const { store, registry, clock } = deps;
  const [last] = await pageRounds(store, name, null, 1);
  const [champion, waiting, underWay] = [
    await registry.versionByAlias(store, spec.model, spec.alias),
    await roundsIn(store, name, ['waiting']),
    await roundsIn(store, name, ['starting', 'running']),
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
    lastRound: last === undefined ? null : await shownSummary(deps, last),
    ...(await spentOn(store, name)),
  };
}

/** Cost of the runs of all finished rounds; rounds with unknown cost are counted, not summed. */
async function spentOn(sql: Sql, name: string): Promise<Pick<Retraining, 'spent' | 'unpricedRounds'>> {
  const over = await roundsIn(sql, name, ['promoted', 'not_promoted', 'failed']);
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
export async function shownDetail(
  deps: RetrainingDeps,
  stored: StoredRetraining,
  { pageSize, pageToken }: { readonly pageSize: number; readonly pageToken?: string | undefined },
): Promise<RetrainingDetail> {
  const { name, spec } = stored;
  const [before] = pageToken === undefined ? [] : decodePageToken(pageToken, { name });
  const found = await pageRounds(deps.store, name, before === undefined ? null : Number(before), pageSize + 1);
  const last = found.length > pageSize ? found[pageSize - 1] : undefined;
  return {
    ...(await shownRetraining(deps, stored)),
    triggers: await shownTriggers(deps.store, stored),
    params: spec.params,
    cooldownMs: spec.cooldown,
    budget: spec.budget ?? null,
    worth: {
      valuePerPrediction: spec.worth.valuePerPrediction ?? null,
      horizonMs: spec.worth.horizon,
      minimumGain: spec.worth.minimumGain,
      whenUnknown: spec.worth.whenUnknown,
    },
    rounds: await Promise.all(found.slice(0, pageSize).map((round) => shownSummary(deps, round))),
    nextPageToken: last === undefined ? null : encodePageToken([last.document.round], { name }),
  };
}

async function shownTriggers(sql: Sql, { name, spec }: StoredRetraining): Promise<RetrainingTriggerNow[]> {
  const states = new Map((await triggerStates(sql, name)).map((state) => [state.name, state]));
  return namedTriggers(spec.on).map(({ name: trigger, trigger: wanted }) => {
    const state = states.get(trigger);
    if (state === undefined) throw new Error(`trigger ${trigger} of ${name} was applied without its state`);
    return {
      trigger,
      kind: kindOf(wanted),
      waitsFor: waitsFor(wanted),
      nextAt: state.nextAt,
      count: state.counted,
      enough: enoughOf(wanted),
      problem: state.problem,
    };
  });
}
