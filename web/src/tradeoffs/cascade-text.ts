import type { ModelFrontier, ModelFrontierPoint, PointCascade } from '../../../src/tradeoff/frontier/schema.ts';
import { formatCount, formatMeasure, formatPercent } from '../format/number.ts';

/** Versions of a point in the order of asking: one, or the two of a cascade. */
export function listVersions({ version, cascade }: Pick<ModelFrontierPoint, 'version' | 'cascade'>): string[] {
  return cascade === null ? [version ?? ''] : cascade.stages.map((stage) => stage.version);
}

/** Example: "v2 -> v5". */
export function nameVersions(point: Pick<ModelFrontierPoint, 'version' | 'cascade'>): string {
  return listVersions(point)
    .map((version) => `v${version}`)
    .join(' -> ');
}

/** Example: "t 0.82, 31 % escalate". */
export function formatThreshold({ acceptAtConfidence, escalated }: PointCascade): string {
  return `t ${formatConfidence(acceptAtConfidence)}, ${formatPercent(100 * escalated.estimate)} escalate`;
}

/** Threshold, escalated share and examples of a cascade, in sentences. */
export function describeCascade(cascade: PointCascade): string {
  const { stages, acceptAtConfidence, escalated, fittedRows, reportedRows, difference } = cascade;
  const last = `v${stages.at(-1)?.version}`;
  const ends = (lower: number | null, upper: number | null, format: (value: number) => string) =>
    lower === null || upper === null ? '' : ` (${format(lower)} to ${format(upper)})`;
  const percent = (share: number) => formatPercent(100 * share);
  return [
    `Below confidence ${formatConfidence(acceptAtConfidence)} ${last} answers: ${percent(escalated.estimate)} of the requests${ends(escalated.lower, escalated.upper, percent)}.`,
    `Difference to ${last}: ${formatMeasure(difference.estimate)}${ends(difference.lower, difference.upper, formatMeasure)}.`,
    `The threshold was fitted on ${formatCount(fittedRows)} examples; the figures are from ${formatCount(reportedRows)} others.`,
  ].join(' ');
}

/** Remarks about cascades: one for each pair without a point, else the result. */
export function listCascadeNotes({ cascades: { pairs, reason } }: Pick<ModelFrontier, 'cascades'>): string[] {
  const missing = pairs.flatMap(({ first, last, reason: missed }) =>
    missed === null ? [] : [`No cascade v${first} -> v${last}: ${missed}.`],
  );
  return [`Cascades: ${reason}.`, ...missing];
}

const DIGITS = 4;

/** Four significant digits, as in the id of the point. */
function formatConfidence(confidence: number): string {
  return String(Number(confidence.toPrecision(DIGITS)));
}
