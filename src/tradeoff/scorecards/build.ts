import { DEFAULT_METRIC } from '../../finops/billing/schema.ts';
import type { Model } from '../../mlops/registry/index.ts';
import type { TakenRecord } from '../decisions/schema.ts';
import type { Policy } from '../gates/schema.ts';
import type { ScorecardFacts } from './gather.ts';
import { alignMaking, buildCostMeasure } from './measures/cost.ts';
import { buildDriftMeasure } from './measures/drift.ts';
import { buildGpuMeasure } from './measures/gpu.ts';
import { buildLatencyMeasure } from './measures/latency.ts';
import { buildQualityMeasure } from './measures/quality.ts';
import { buildRoiMeasure } from './measures/roi.ts';
import type { MeasureStatus, ModelScorecard } from './schema.ts';

export interface ModelFacts {
  readonly model: Model;
  readonly decision: TakenRecord | null;
  /** Metrics of the current version by name. */
  readonly offline: ReadonlyMap<string, number>;
}

/** The scorecard of one model from the facts of its answer. */
export function buildScorecard(facts: ScorecardFacts, { model, decision, offline }: ModelFacts): ModelScorecard {
  const { name, description, versions, latestVersion, aliases, tags } = model;
  const { days, preceding } = facts;
  const { now, before: preceded } = facts.figures(name);
  const before = alignMaking(now, preceded);
  const served = facts.served(name);
  const { drift, ...monitored } = facts.monitored(name);
  const policies = facts.policies(model);
  const current = findCurrentVersion(model, policies);
  const about = { ...monitored, policies, days, preceding };
  const measures = {
    cost: buildCostMeasure(now, before, { metric: DEFAULT_METRIC, budget: facts.budget(name) }),
    gpu: buildGpuMeasure(facts.gpu(name), days, preceding),
    roi: buildRoiMeasure(now, before),
    quality: buildQualityMeasure({ ...about, offline, version: current }),
    latency: buildLatencyMeasure({
      ...about,
      served: served.now,
      servedBefore: served.before,
      logged: monitored.now,
      loggedBefore: monitored.before,
    }),
    drift: buildDriftMeasure({ ...about, windows: drift }),
  };
  return {
    ...{ model: name, description, versions, latestVersion, aliases, current },
    ...{ team: tags['steelyard.team'] ?? null, project: tags['steelyard.project'] ?? null },
    lastDecision: decision === null ? null : toLastDecision(decision),
    ...findWorst(Object.values(measures)),
    ...measures,
  };
}

/** Version of the alias of the first policy that has one, else of `champion`, else the newest. */
export function findCurrentVersion(
  { aliases, latestVersion }: Pick<Model, 'aliases' | 'latestVersion'>,
  policies: readonly Policy[],
): string | null {
  const wanted = [...policies.map(({ spec }) => spec.alias), 'champion'];
  const versions = wanted.flatMap((alias) => aliases.find((one) => one.alias === alias)?.version ?? []);
  return versions[0] ?? latestVersion;
}

function toLastDecision({ decision, version, verdict, policy, at }: TakenRecord): ModelScorecard['lastDecision'] {
  return { decision, version, verdict, policy, at };
}

const ORDER: readonly MeasureStatus[] = ['critical', 'warning', 'ok'];

/** The worst known status and its reason. */
export function findWorst(
  measures: readonly Pick<ModelScorecard, 'status' | 'statusReason'>[],
): Pick<ModelScorecard, 'status' | 'statusReason'> {
  for (const status of ORDER) {
    const found = measures.find((one) => one.status === status);
    if (found !== undefined && status === 'ok')
      return { status, statusReason: 'Every measure with a target meets it.' };
    if (found !== undefined) return { status, statusReason: found.statusReason };
  }
  return { status: 'unknown', statusReason: 'No measure has a target or an alert yet.' };
}
