import { acceptPoint, buildAcceptanceFacts } from './acceptance.ts';
import { type AnswerContext, findBaselinePoint, findBestWithinBudget, findCheapestNonInferior } from './answers.ts';
import { type FittedCascades, NO_CASCADES } from './cascades/fit-cascades.ts';
import { classifyPoints, createPointTest, type PointStatus } from './classify-points.ts';
import { estimateDifference, toSign } from './compare-quality.ts';
import type { FrontierQuestion } from './facts.ts';
import { listPoints, type PlannedFrontier, type PlannedPoint } from './list-points.ts';
import { compareAmounts } from './money.ts';
import type { PairBook } from './pair-book.ts';
import { buildRegion } from './region.ts';
import type { ModelFrontier, ModelFrontierPoint, QualityAxis } from './schema.ts';

/**
 * The frontier of a model: versions in measured configurations by cost a month at demand and quality, with their statuses, the acceptance
 * of the policy, and the answers about it. Pure: the pairs that it lacks are then in `pairs.listWanted()`, and acceptance is left out; read them and
 * evaluate again until there are none. `cascades`: points of two versions, which are compared on their reported examples.
 *
 * @example evaluateFrontier(planFrontier(facts), {}, createPairBook()).points.filter(({ status }) => status === 'frontier')
 */
export function evaluateFrontier(
  planned: PlannedFrontier,
  question: FrontierQuestion,
  pairs: PairBook,
  cascades: Pick<FittedCascades, 'points' | 'report'> = { points: [], report: NO_CASCADES },
): ModelFrontier {
  const { facts } = planned;
  const { axis } = facts;
  const { points: versions, leftOut } = listPoints(planned, pairs);
  const sign = axis === null ? 1 : toSign(axis);
  const points = [...versions, ...cascades.points].toSorted(
    (a, b) => compareAmounts(a.cost.perMonth, b.cost.perMonth) || sign * (b.quality.estimate - a.quality.estimate),
  );
  const context: AnswerContext = { facts, axis, points, pairs };
  const isBetter = axis === null ? () => null : createPointTest(axis, pairs);
  const statuses = axis === null ? new Map<string, PointStatus>() : classifyPoints(points, axis, isBetter);
  const answers = {
    cheapestNonInferior: findCheapestNonInferior(context, question),
    bestWithinBudget: findBestWithinBudget(context, isBetter, question),
  };
  const region = axis === null ? null : findRegion(context, axis);
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
    points: axis === null ? [] : completePoints(context, { axis, statuses, question, region }),
    leftOut: [...leftOut],
    region,
    ...answers,
    cascades: cascades.report,
    notes: listNotes(context),
  };
}

interface Completing {
  readonly axis: QualityAxis;
  readonly statuses: ReadonlyMap<string, PointStatus>;
  readonly question: FrontierQuestion;
  readonly region: ModelFrontier['region'];
}

/** Points with their difference to the baseline, and with the acceptance of the policy once all pairs are read. */
function completePoints(
  context: AnswerContext,
  { axis, statuses, question, region }: Completing,
): ModelFrontierPoint[] {
  const { facts, points, pairs } = context;
  const differences = points.map((point) => findDifference(point, context, axis));
  const isComplete = pairs.listWanted().length === 0;
  const accepting = isComplete ? buildAcceptanceFacts(facts, question.predictionsPerMonth) : null;
  return points.flatMap((point, at) => {
    const status = statuses.get(point.point);
    if (status === undefined) return [];
    const acceptance = accepting && acceptPoint(point, accepting, region && { facts, axis, pairs, region });
    return [{ ...toPoint(point, status), difference: differences[at] ?? null, acceptance }];
  });
}

function toPoint(
  { point, version, cascade, facts, configuration, cost, quality }: PlannedPoint,
  status: PointStatus,
): Omit<ModelFrontierPoint, 'difference' | 'acceptance'> {
  return {
    point,
    version: cascade === null ? version : null,
    cascade,
    aliases: cascade === null ? facts.evidence.aliases : [],
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
