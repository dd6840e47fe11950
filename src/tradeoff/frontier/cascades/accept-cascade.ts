import { decimal } from '../../../platform/units/index.ts';
import type { GateFacts } from '../../evidence/schema.ts';
import { evaluatePolicy } from '../../gates/index.ts';
import type { Check } from '../../gates/schema.ts';
import type { AcceptanceFacts, FrontierFacts } from '../facts.ts';
import type { PlannedPoint } from '../list-points.ts';
import type { PairBook } from '../pair-book.ts';
import type { AcceptanceRegion, QualityAxis } from '../schema.ts';

/** The plane that a cascade is a point of. */
export interface CascadeContext {
  readonly facts: FrontierFacts;
  readonly axis: QualityAxis;
  readonly pairs: PairBook;
  readonly region: AcceptanceRegion;
}

/**
 * Checks of a policy for a cascade: tests of the metric of the axis on the reported examples, and costs at demand of both stages. Rules about other
 * measures are inconclusive, because no cascade was measured.
 */
export function checkCascade(
  point: PlannedPoint,
  { spec, champion, budgets }: AcceptanceFacts,
  context: CascadeContext,
): Check[] {
  const { axis, region } = context;
  const quality = spec.quality.filter(({ metric }) => metric === axis.metric);
  const { tradePrice: _price, slo: _slo, freshness, ...rest } = spec;
  const policy = {
    ...rest,
    ...(freshness === undefined ? {} : { freshness: { quality: freshness.quality } }),
    quality,
    cost: [],
  };
  const { evidence } = point.facts;
  const gate = buildGateFacts(point, context);
  const candidate = { ...evidence, version: point.version, aliases: [], quality: [], unitCosts: [], gate };
  const tested = evaluatePolicy({ policy, candidate, champion, budgets }).checks;
  const unmeasured = [
    ...region.notOnAxes,
    ...(region.tradePrice === null ? [] : [`trade price of ${axis.metric}`]),
  ].map(buildUnmeasured);
  return [...tested, ...region.cost.map((bound) => checkCost(point, bound)), ...unmeasured];
}

function buildGateFacts({ version, cascade }: PlannedPoint, { facts, axis, pairs }: CascadeContext): GateFacts {
  const stages = cascade?.stages.map((stage) => stage.version) ?? [];
  const own = pairs.find({ candidate: version, baseline: stages.at(-1) ?? '' });
  const against = facts.baseline === null ? null : pairs.find({ candidate: version, baseline: facts.baseline.version });
  const reference = {
    ...{
      evaluation: '',
      runId: '',
      evaluationVersion: 1,
      sha256: '',
      importedAt: findOldestImport(stages, facts, axis),
    },
    rows: own?.pairs ?? 0,
  };
  const { metric, evaluation: name, outcome, kind } = axis;
  return {
    at: facts.at,
    outcomes:
      own == null
        ? []
        : [
            {
              ...{ ...reference, metric, name, outcome, kind, ...own.candidate },
              ...{ inflation: own.clusters?.inflation ?? null, examplesPerDay: null },
            },
          ],
    pairs: against == null ? [] : [{ metric, baseline: reference, overlap: 1, paired: against }],
    ...{ latency: null, requests: null, look: null, approvals: null, requestedBy: null, lostChampion: null },
    rejectsBy: 'holm',
  };
}

/** Import of the older evaluation of both stages. */
function findOldestImport(stages: readonly string[], { versions, at }: FrontierFacts, { metric }: QualityAxis): string {
  const imports = versions
    .filter(({ evidence }) => stages.includes(evidence.version))
    .flatMap(({ evidence }) => evidence.gate?.outcomes.filter((one) => one.metric === metric) ?? [])
    .map(({ importedAt }) => importedAt);
  return imports.toSorted()[0] ?? at;
}

function checkCost(
  { cost: { perMonth, source } }: PlannedPoint,
  { rule, bound }: AcceptanceRegion['cost'][number],
): Check {
  return {
    ...{ name: rule, side: 'cost', measured: perMonth.amount, unit: `${perMonth.currency} per month` },
    ...{ comparison: '<=', bound, interval: null, source },
    holds: decimal(perMonth.amount).lessThanOrEqualTo(bound),
  };
}

/** Rule about a measure that no cascade has. */
function buildUnmeasured(name: string): Check {
  return {
    ...{ name, side: 'quality', measured: null, unit: '', comparison: '<=', bound: null, holds: null, interval: null },
    source: 'not measured for a cascade',
  };
}
