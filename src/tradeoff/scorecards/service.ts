import type { Model } from '../../mlops/registry/index.ts';
import { decodePageToken, encodePageToken } from '../../platform/contract/page-token.ts';
import type { QueryOf, ResponseOf } from '../../platform/contract/schema.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { OwnerLimit } from '../../platform/http/index.ts';
import { findPolicies, selectModelPolicies } from '../gates/index.ts';
import { buildScorecard, findCurrentVersion } from './build.ts';
import { findRequestedDays } from './days.ts';
import type { ScorecardDeps } from './deps.ts';
import { findBilledThrough, gatherFacts } from './gather.ts';
import {
  type getModelScorecard,
  type listModelScorecards,
  MOST_SCORECARDS,
  type ModelScorecard,
  type ScorecardDays,
  type ScorecardPage,
} from './schema.ts';

interface Range {
  readonly days: ScorecardDays;
  readonly billedThrough: string | null;
  /** Owners to which the answer is limited; null: none. */
  readonly owners: OwnerLimit | null;
}

/** One page of models by name. Errors: `invalid_request`, `invalid_page_token`. */
export async function pageScorecards(
  deps: ScorecardDeps,
  { pageSize, pageToken, team, ...asked }: QueryOf<typeof listModelScorecards>,
  owners: OwnerLimit | null,
): Promise<ScorecardPage> {
  const range = await readRange(deps, asked, owners);
  const [after = null] = pageToken === undefined ? [] : decodePageToken(pageToken, { team });
  const size = Math.min(pageSize, MOST_SCORECARDS);
  const found = await deps.registry.page(deps.store, {
    after: after === null ? null : String(after),
    team,
    owners,
    limit: size + 1,
  });
  const models = found.slice(0, size);
  const last = models.at(-1);
  return {
    range: range.days,
    scorecards: await readScorecards(deps, models, range),
    nextPageToken: found.length > size && last !== undefined ? encodePageToken([last.name], { team }) : null,
  };
}

/** Errors: `invalid_request`, `model_not_found`, also for a prompt. */
export async function readScorecard(
  deps: ScorecardDeps,
  name: string,
  asked: QueryOf<typeof getModelScorecard>,
  owners: OwnerLimit | null,
): Promise<ResponseOf<typeof getModelScorecard>> {
  const range = await readRange(deps, asked, owners);
  const model = await deps.registry.model(deps.store, name);
  const isPrompt = model?.tags['mlflow.prompt.is_prompt'] === 'true';
  const [scorecard] = model === null || isPrompt ? [] : await readScorecards(deps, [model], range);
  if (scorecard === undefined) {
    const detail = `There is no registered model "${name}". See "steelyard model list".`;
    throw new AppError('model_not_found', detail, { model: name });
  }
  return { range: range.days, scorecard };
}

async function readRange(
  deps: ScorecardDeps,
  asked: Pick<QueryOf<typeof getModelScorecard>, 'from' | 'to'>,
  owners: OwnerLimit | null,
): Promise<Range> {
  const billedThrough = await findBilledThrough(deps);
  return { days: findRequestedDays(asked, { billedThrough, now: deps.clock.now() }), billedThrough, owners };
}

async function readScorecards(
  deps: ScorecardDeps,
  models: readonly Model[],
  { days, billedThrough, owners }: Range,
): Promise<ModelScorecard[]> {
  if (models.length === 0) return [];
  const [facts, decisions, offline] = await Promise.all([
    gatherFacts(deps, models, { days, billedThrough, owners }),
    deps.decisions.latest(
      deps.store,
      models.map(({ name }) => name),
    ),
    readOfflineMetrics(deps, models),
  ]);
  const latest = new Map(decisions.map((decision) => [decision.model, decision]));
  return models.map((model) =>
    buildScorecard(facts, {
      model,
      decision: latest.get(model.name) ?? null,
      offline: offline.get(model.name) ?? new Map(),
    }),
  );
}

/** Metrics of the current version of each model. */
async function readOfflineMetrics(
  { registry, store }: ScorecardDeps,
  models: readonly Model[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
  const policies = await findPolicies(store, null);
  const found = models.map(async (model): Promise<[string, Map<string, number>]> => {
    const own = selectModelPolicies(policies, { model: model.name, team: model.tags['steelyard.team'] ?? null });
    const version = findCurrentVersion(model, own);
    const metrics = version === null ? [] : await registry.metrics(store, { model: model.name, version });
    return [model.name, new Map(metrics.flatMap(({ name, value }) => (Number.isFinite(value) ? [[name, value]] : [])))];
  });
  return new Map(await Promise.all(found));
}
