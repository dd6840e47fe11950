import { formatMetricName } from '../format/metric-name.ts';
import { formatMeasure } from '../format/number.ts';
import parts from '../parts/parts.module.css';
import { CostFigure } from './CostFigure.tsx';
import { findBetterDirection, readFigure } from './run-columns.ts';
import type { Compare } from './use-compare.ts';

/** The best run by the metric in view, and its cost compared with the cheapest run. */
export function ComparedAnswer({ compare }: { readonly compare: Compare }) {
  const { named, metric, currency } = compare;
  const column = `metrics.${metric}`;
  const sign = findBetterDirection(column) === 'higher' ? -1 : 1;
  const measured = named
    .flatMap((one) => {
      const value = readFigure(one.run, column, currency);
      return typeof value === 'number' ? [{ ...one, value }] : [];
    })
    .sort((a, b) => sign * (a.value - b.value));
  const priced = named
    .flatMap((one) => {
      const cost = readFigure(one.run, 'cost.total', currency);
      return typeof cost === 'number' ? [{ ...one, cost }] : [];
    })
    .sort((a, b) => a.cost - b.cost);
  const [best] = measured;
  const [cheapest] = priced;
  const head = <span data-testid="headline">Of {named.length} runs </span>;
  if (best === undefined) {
    const dearest = priced.at(-1);
    if (cheapest === undefined || dearest === undefined || cheapest.cost === dearest.cost)
      return <>{head}none has a metric to compare by.</>;
    return (
      <>
        {head}
        <NameOfRun name={dearest.name} /> costs most, <CostFigure total={dearest.run.cost.total} />, and{' '}
        <NameOfRun name={cheapest.name} /> least, <CostFigure total={cheapest.run.cost.total} />; none logged a metric.
      </>
    );
  }
  return (
    <>
      {head}
      <NameOfRun name={best.name} /> has the {sign === -1 ? 'highest' : 'lowest'}{' '}
      <span data-tip={metric}>{formatMetricName(metric ?? 'metric')}</span>, {formatMeasure(best.value)}
      {best.run.cost.total.cost === null ? (
        ', at an unknown cost'
      ) : (
        <>
          , for <CostFigure total={best.run.cost.total} />
        </>
      )}
      {cheapest === undefined ? (
        '; their cost is not known.'
      ) : cheapest.run === best.run ? (
        '; it is also the cheapest.'
      ) : (
        <>
          ; the cheapest is <NameOfRun name={cheapest.name} /> at <CostFigure total={cheapest.run.cost.total} />
          {compare.named.length > priced.length && `, with ${named.length - priced.length} of unknown cost`}.
        </>
      )}
    </>
  );
}

/** Longer names may break, so that a phone shows them whole. */
const UNBROKEN_CHARS = 24;

/** A hyphen in a short name does not break the line. */
function NameOfRun({ name }: { readonly name: string }) {
  return <span className={name.length <= UNBROKEN_CHARS ? parts.unbroken : undefined}>{name}</span>;
}
