import { acceptPoint, buildAcceptanceFacts } from './acceptance.ts';
import { type AnswerContext, findBaselinePoint, findBestWithinBudget, findCheapestNonInferior } from './answers.ts';
import { classifyPoints, createPointTest, type PointStatus } from './classify-points.ts';
import { estimateDifference, toSign } from './compare-quality.ts';
import type { FrontierFacts, FrontierQuestion } from './facts.ts';
import { listPoints, type PlannedPoint } from './list-points.ts';
import { compareAmounts } from './money.ts';
import type { PairBook } from './pair-book.ts';
import { buildRegion } from './region.ts';
import type { ModelFrontier, ModelFrontierPoint, QualityAxis } from './schema.ts';

/** Evaluations hold outcomes without the confidence of each answer, which a cascade is fitted on. */
const NO_CASCADES =
  'the evaluations of a model hold no confidence of each answer, on which a cascade is fitted; fit one from a file with: steelyard cascade fit';

/**
 * The frontier of a model: versions in measured configurations by cost a month at demand and quality, with their statuses, the acceptance
 * of the policy, and the answers about it. Pure: the pairs that it lacks are then in `pairs.listWanted()`; read them and evaluate
 * again until there are none.
 *
 * @example evaluateFrontier(facts, {}, createPairBook()).points.filter(({ status }) => status === 'frontier')
 */
export function evaluateFrontier(facts: FrontierFacts, question: FrontierQuestion, pairs: PairBook): ModelFrontier {
  const { points: unordered, leftOut } = listPoints(facts, pairs);
  const { axis } = facts;
  const sign = axis === null ? 1 : toSign(axis);
  const points = unordered.toSorted(
    (a, b) => compareAmounts(a.cost.perMonth, b.cost.perMonth) || sign * (b.quality.estimate - a.quality.estimate),
  );
  const context: AnswerContext = { facts, axis, points, pairs };
  const isBetter = axis === null ? () => null : createPointTest(axis, pairs);
  const statuses = axis === null ? new Map<string, PointStatus>() : classifyPoints(points, axis, isBetter);
  const accepting = buildAcceptanceFacts(facts, question.predictionsPerMonth);
  const [first] = points;
  return {
    model: facts.model,
    at: facts.at,
    policy: facts.policy === null ? null : { name: facts.policy.name, policyVersion: facts.policy.policyVersion },
    baseline: facts.baseline,
    qualityAxis: axis,
    costAxis: {
      basis: 'atDemand',
      currency: first === undefined ? null : facts.terms.currency,
      demand: first?.cost.demand ?? null,
    },
    points: points.flatMap((point) => {
      const status = statuses.get(point.point);
      if (status === undefined || axis === null) return [];
      const difference = findDifference(point, context, axis);
      return [{ ...toPoint(point, status), difference, acceptance: accepting && acceptPoint(point, accepting) }];
    }),
    leftOut: [...leftOut],
    region: axis === null ? null : findRegion(context, axis),
    cheapestNonInferior: findCheapestNonInferior(context, question),
    bestWithinBudget: findBestWithinBudget(context, isBetter, question),
    cascades: { reason: NO_CASCADES },
    notes: listNotes(context),
  };
}

function toPoint(
  { point, version, facts, configuration, cost, quality }: PlannedPoint,
  status: PointStatus,
): Omit<ModelFrontierPoint, 'difference' | 'acceptance'> {
  return {
    point,
    version,
    aliases: facts.evidence.aliases,
    ...configuration,
    capacity: cost.capacity,
    replicas: cost.replicas,
    costPerMonth: cost.perMonth,
    costPerThousand: cost.perThousand,
    quality,
    ...status,
    source: cost.source,
  };
}

function findDifference(
  { version }: PlannedPoint,
  { facts: { baseline }, pairs }: AnswerContext,
  axis: QualityAxis,
): ModelFrontierPoint['difference'] {
  if (baseline === null || baseline.version === version) return null;
  const paired = pairs.find({ candidate: version, baseline: baseline.version });
  return paired == null ? null : estimateDifference(paired, axis);
}

function findRegion(context: AnswerContext, axis: QualityAxis): ModelFrontier['region'] {
  const { facts, points } = context;
  if (facts.policy === null) return null;
  const own = facts.versions.find(({ evidence }) => evidence.version === facts.baseline?.version)?.quality;
  return buildRegion(facts.policy.spec, {
    facts,
    axis,
    baseline: findBaselinePoint(context),
    baselineQuality: typeof own === 'object' ? own.mean : null,
    predictionsPerMonth: points[0]?.cost.demand.predictionsPerMonth ?? null,
  });
}

function listNotes({ facts, axis, points }: AnswerContext): string[] {
  const notes: string[] = [];
  const versions = new Set(points.map(({ version }) => version));
  if (versions.size === 1)
    notes.push('Only one version has a cost and a quality: there is nothing to compare it with.');
  const byTable = Map.groupBy(
    facts.versions.filter(({ quality }) => typeof quality === 'object'),
    ({ quality }) => (typeof quality === 'object' ? quality.sha256 : ''),
  );
  for (const same of byTable.values()) {
    if (same.length < 2) continue;
    const names = same.map(({ evidence }) => evidence.version).join(', ');
    notes.push(`Versions ${names} have the same outcomes of every example: check that each has its own evaluation.`);
  }
  if (facts.policy !== null && facts.baseline?.source === 'stated') {
    notes.push(
      `Rules against @${facts.policy.spec.alias} are applied to version ${facts.baseline.version}, as stated.`,
    );
  }
  if (axis !== null && points.some(({ cost }) => cost.capacity.source === 'assumed')) {
    notes.push('Some capacities are assumed from a mean service time: see the source of each point.');
  }
  return notes;
}
