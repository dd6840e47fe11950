import { decimal } from '../../../src/platform/units/schema.ts';
import type { ModelFrontier } from '../../../src/tradeoff/frontier/schema.ts';
import { formatMetricName } from '../format/metric-name.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { VersionLink } from '../parts/VersionLink.tsx';
import { chooseComparedPoints, describeCompared, findUncomparedBaseline } from './compared-points.ts';
import { findPoint } from './find-point.ts';
import { PointLink } from './PointLink.tsx';

interface TradeOffsAnswerProps {
  readonly frontier: ModelFrontier;
  readonly labels: ReadonlyMap<string, string>;
}

/** The cheapest point that is proven not worse than the champion, then the best one within the budget. */
export function TradeOffsAnswer({ frontier, labels }: TradeOffsAnswerProps) {
  const { model, points, cheapestNonInferior, bestWithinBudget } = frontier;
  if (points.length === 0)
    return <>No version of {model} has both a cost at demand and a quality that can be compared.</>;
  if (findUncomparedBaseline(frontier) !== null) return <WithoutChampion frontier={frontier} labels={labels} />;
  const best = findPoint(points, bestWithinBudget.point);
  const { budget } = bestWithinBudget;
  return (
    <>
      <CheapestSentence frontier={frontier} labels={labels} />
      {best !== null && budget !== null && best.point !== cheapestNonInferior.point && (
        <>
          {' '}
          Best within <MoneyFigure money={budget} /> a month: <PointLink model={model} point={best} labels={labels} />.
        </>
      )}
    </>
  );
}

function CheapestSentence({ frontier, labels }: TradeOffsAnswerProps) {
  const { model, points, cheapestNonInferior } = frontier;
  const { baseline, saving, reason } = cheapestNonInferior;
  const point = findPoint(points, cheapestNonInferior.point);
  if (baseline === null) return <>No champion to compare with.</>;
  if (point === null)
    return (
      <>
        No version is proven not worse than v{baseline}: {formatMetricName(reason ?? 'unknown')}.
      </>
    );
  const saves = saving !== null && decimal(saving.amount).greaterThan(0);
  if (point.version === baseline && !saves) {
    return (
      <>
        No cheaper version is proven not worse than{' '}
        <VersionLink model={model} version={baseline}>
          v{baseline}
        </VersionLink>
        , <MoneyFigure money={point.costPerMonth} /> a month.
      </>
    );
  }
  return (
    <>
      Cheapest that is proven not worse than{' '}
      <VersionLink model={model} version={baseline}>
        v{baseline}
      </VersionLink>
      : <PointLink model={model} point={point} labels={labels} />, <MoneyFigure money={point.costPerMonth} /> a month
      {saves && (
        <>
          ; it saves <MoneyFigure money={saving} />
        </>
      )}
      .
    </>
  );
}

/** The two points that can be compared, where the champion has no quality on the axis. */
function WithoutChampion({ frontier, labels }: TradeOffsAnswerProps) {
  const { model, qualityAxis, baseline, bestWithinBudget } = frontier;
  const compared = chooseComparedPoints(frontier);
  const single = findPoint(frontier.points, bestWithinBudget.point) ?? frontier.points[0];
  const metric = formatMetricName(qualityAxis?.metric ?? 'quality');
  const missing = `The champion, v${baseline?.version}, has no evaluation "${qualityAxis?.evaluation}".`;
  if (compared === null)
    return (
      <>
        {single !== undefined && (
          <>
            Best {metric}: <PointLink model={model} point={single} labels={labels} />,{' '}
            <MoneyFigure money={single.costPerMonth} /> a month.{' '}
          </>
        )}
        {missing}
      </>
    );
  const { best, other } = compared;
  const { gain, cost } = describeCompared(compared);
  return (
    <>
      <PointLink model={model} point={best} labels={labels} /> is {gain} on {metric} than{' '}
      <PointLink model={model} point={other} labels={labels} /> and {cost} (
      <MoneyFigure money={best.costPerMonth} /> a month){best.acceptance?.result === 'rejected' && ': rejected'}.{' '}
      {missing}
    </>
  );
}
