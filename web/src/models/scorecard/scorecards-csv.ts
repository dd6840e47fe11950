import type { ModelScorecard } from '../../../../src/tradeoff/scorecards/schema.ts';
import { toCsv } from '../../format/csv.ts';
import type { MeasureName } from './words.ts';

const NAMES: readonly MeasureName[] = ['cost', 'gpu', 'roi', 'quality', 'latency', 'drift'];
const FIELDS = ['', '.unit', '.basis', '.before', '.status'];

/** Scorecards with exact figures as CSV. */
export function scorecardsCsv(scorecards: readonly ModelScorecard[]): string {
  const header = [
    ...['model', 'team', 'project', 'current', 'aliases', 'status', 'verdict', 'decidedVersion', 'decidedAt'],
    ...NAMES.flatMap((name) => FIELDS.map((field) => `${name}${field}`)),
    ...['makingCost', 'runningCost', 'gpuUtilization', 'p50Ms', 'errorRatio', 'paybackDate'],
  ];
  return toCsv(header, scorecards.map(toRow));
}

function toRow(one: ModelScorecard): (string | null)[] {
  const text = (value: string | number | null) => (value === null ? null : String(value));
  const { lastDecision, cost, gpu, latency, roi } = one;
  return [
    ...[one.model, one.team, one.project, one.current],
    one.aliases.map(({ alias, version }) => `${alias}=${version}`).join(' '),
    ...[one.status, lastDecision?.verdict ?? null, lastDecision?.version ?? null, lastDecision?.at ?? null],
    ...NAMES.flatMap((name) => {
      const { value, unit, basis, trend, status } = one[name];
      return [text(value), unit, basis, text(trend.before), status];
    }),
    ...[cost.making?.amount ?? null, cost.running?.amount ?? null, text(gpu.utilizationRatio)],
    ...[text(latency.p50Ms), text(latency.errorRatio), roi.payback.date],
  ];
}
