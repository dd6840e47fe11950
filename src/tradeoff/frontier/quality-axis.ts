import type { StoredEvaluation } from '../../mlops/evaluations/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { PolicySpec, QualityRule } from '../gates/schema.ts';
import type { QualityAxis } from './schema.ts';

/** Two-sided error of the intervals and of `dominated`. */
export const ALPHA = 0.05;
const DEFAULT_EVALUATION = 'default';
/** One percentage point of a share. */
const PERCENTAGE_POINT = 0.01;

/** Metric that a question asks for. */
export interface AskedMetric {
  readonly metric?: string | undefined;
  readonly evaluation?: string | undefined;
  readonly direction?: 'higher' | 'lower' | undefined;
}

/** Metric of the axis, before an evaluation was read. */
export interface WantedMetric {
  /** null: the first outcome of the evaluation. */
  readonly metric: string | null;
  readonly evaluation: string;
  /** Outcome that the policy names; null: the one named as the metric, else the only one. */
  readonly outcome: string | null;
  readonly direction: 'higher' | 'lower';
  /** Size of a point that the policy states; null: by the kind of the outcome. */
  readonly point: number | null;
}

/**
 * Metric of the axis: the stated one, else that of the trade price, else the first that is compared with the champion, else the first
 * of the policy. Without a policy the first outcome of the evaluation.
 */
export function chooseMetric(spec: PolicySpec | null, asked: AskedMetric): WantedMetric {
  const rule = spec === null ? undefined : findRule(spec, asked.metric);
  const trade = spec?.tradePrice;
  return {
    metric: asked.metric ?? rule?.metric ?? null,
    evaluation: asked.evaluation ?? rule?.evaluation ?? DEFAULT_EVALUATION,
    outcome: rule?.outcome ?? null,
    direction: asked.direction ?? rule?.direction ?? 'higher',
    point: trade !== undefined && trade.metric === rule?.metric ? Number(trade.point) : null,
  };
}

function findRule({ quality, tradePrice }: PolicySpec, metric: string | undefined): QualityRule | undefined {
  const named = metric ?? tradePrice?.metric;
  if (named !== undefined) return quality.find((rule) => rule.metric === named);
  return quality.find((rule) => (rule.nonInferiority ?? rule.notWorseThanChampionBy) !== undefined) ?? quality[0];
}

/**
 * The quality axis from the evaluations of the versions, the preferred one first. null without any evaluation. Error:
 * `frontier_metric_unknown`, with the known outcomes, when no evaluation has the metric.
 */
export function buildQualityAxis(wanted: WantedMetric, tables: readonly StoredEvaluation[]): QualityAxis | null {
  if (tables.length === 0) return null;
  for (const { evaluation } of tables) {
    const found = chooseOutcome(evaluation.outcomes, wanted);
    if (found === undefined) continue;
    return {
      metric: wanted.metric ?? found.outcome,
      evaluation: wanted.evaluation,
      outcome: found.outcome,
      kind: found.kind,
      direction: wanted.direction,
      point: wanted.point ?? (found.kind === 'binary' ? PERCENTAGE_POINT : 1),
      alpha: ALPHA,
    };
  }
  const known = [...new Set(tables.flatMap(({ evaluation }) => evaluation.outcomes.map(({ outcome }) => outcome)))];
  const name = wanted.outcome ?? wanted.metric ?? '';
  const detail = `No evaluation "${wanted.evaluation}" of the model has an outcome "${name}". There are: ${known.join(', ')}.`;
  throw new AppError('frontier_metric_unknown', detail, { metric: name, evaluation: wanted.evaluation });
}

type Outcome = StoredEvaluation['evaluation']['outcomes'][number];

/** As the gate does: the named outcome, else the one named as the metric, else the only one. */
function chooseOutcome(outcomes: readonly Outcome[], { metric, outcome }: WantedMetric): Outcome | undefined {
  if (outcome !== null) return outcomes.find((one) => one.outcome === outcome);
  if (metric === null) return outcomes[0];
  return outcomes.find((one) => one.outcome === metric) ?? (outcomes.length === 1 ? outcomes[0] : undefined);
}

/** The outcome of the axis in a table; null where it has none of this name and kind. */
export function findAxisOutcome({ evaluation }: StoredEvaluation, { outcome, kind }: QualityAxis): Outcome | null {
  return evaluation.outcomes.find((one) => one.outcome === outcome && one.kind === kind) ?? null;
}
