import type { ModelScorecard } from '../../../../src/tradeoff/scorecards/schema.ts';
import { compareTexts } from '../../table/comparators.ts';
import type { Comparators } from '../../table/use-sorted.ts';
import type { MeasureName } from './words.ts';

const STATUSES = ['unknown', 'ok', 'warning', 'critical'];

/** Unknown figures are last in a descending order, and first in an ascending one. */
function byMeasure(name: MeasureName) {
  const figure = (one: ModelScorecard) =>
    one[name].value === null ? Number.NEGATIVE_INFINITY : Number(one[name].value);
  return (a: ModelScorecard, b: ModelScorecard) => {
    const [left, right] = [figure(a), figure(b)];
    return left === right ? 0 : left < right ? -1 : 1;
  };
}

/** Ascending orders of the table of models by column. */
export const SCORECARD_ORDER: Comparators<ModelScorecard> = {
  model: (a, b) => a.model.localeCompare(b.model),
  status: (a, b) => STATUSES.indexOf(a.status) - STATUSES.indexOf(b.status),
  team: compareTexts((a) => a.team),
  cost: byMeasure('cost'),
  gpu: byMeasure('gpu'),
  roi: byMeasure('roi'),
  quality: byMeasure('quality'),
  latency: byMeasure('latency'),
  drift: byMeasure('drift'),
  decision: compareTexts((a) => a.lastDecision?.at),
};
