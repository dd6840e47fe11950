import { useMemo, useState } from 'react';
import type { ModelFrontier } from '../../../src/tradeoff/frontier/schema.ts';
import { DisplayToggle } from '../charts/DisplayToggle.tsx';
import { FrontierChart } from '../charts/FrontierChart.tsx';
import type { FrontierChartData } from '../charts/frontier-option.ts';
import { usePng } from '../charts/use-png.ts';
import { Card } from '../parts/Card.tsx';
import { useNarrow } from '../parts/use-narrow.ts';
import { describeAxes } from './describe-axes.ts';
import { FrontierLegend } from './FrontierLegend.tsx';
import { frontierCsv } from './frontier-csv.ts';
import { buildFrontierData } from './frontier-data.ts';
import { PointsTable } from './PointsTable.tsx';
import { TradePriceControl } from './TradePriceControl.tsx';
import { chooseFirstPrice, choosePolicyPrice, findWinner, listWinningRanges } from './trade-price.ts';

interface FrontierCardProps {
  readonly frontier: ModelFrontier;
  readonly labels: ReadonlyMap<string, string>;
  /** Of the address; undefined: not chosen. */
  readonly price: string | undefined;
  readonly asTable: boolean;
  readonly onPrice: (price: string) => void;
  readonly onTable: (asTable: boolean) => void;
}

const HEIGHT = 440;
const NARROW_HEIGHT = 360;

/** Cost against quality of every point, with the trade price; as chart or as table. */
export function FrontierCard({ frontier, labels, price: stated, asTable, onPrice, onTable }: FrontierCardProps) {
  const { model, points, region, qualityAxis, costAxis, baseline } = frontier;
  const png = usePng(`${model}-trade-offs`);
  // Until the address has the chosen price; a price that the address gets otherwise, as by the back button, replaces it.
  const [chosen, setChosen] = useState<{ readonly price: string; readonly before: string | undefined } | null>(null);
  const ranges = useMemo(() => listWinningRanges(points), [points]);
  const pending = chosen !== null && chosen.before === stated ? chosen.price : null;
  const price = pending ?? stated ?? chooseFirstPrice(ranges, choosePolicyPrice(region, qualityAxis));
  const winner = findWinner(ranges, price);
  const data = useMemo(
    () =>
      buildFrontierData({ frontier, labels, price: winner === null ? null : { amount: price, winner: winner.point } }),
    [frontier, labels, price, winner],
  );
  const change = (next: string, isSettled: boolean) => {
    if (pending === null && next === price) return;
    setChosen({ price: next, before: stated });
    if (isSettled) onPrice(next);
  };
  return (
    <Card
      title="Cost against quality"
      note={describeAxes(frontier, data)}
      flush={asTable}
      actions={
        <DisplayToggle
          label="Points shown as"
          what="the points"
          asTable={asTable}
          onShow={onTable}
          csvName={`${model}-trade-offs`}
          csv={() => frontierCsv(frontier)}
          onPng={png.save}
        />
      }
    >
      {asTable ? (
        <PointsTable frontier={frontier} labels={labels} />
      ) : (
        data !== null && (
          <>
            <FrontierLegend
              hasRegion={data.region.length > 0}
              hasPrice={data.priceLine.length > 0}
              hasBaseline={baseline !== null && data.marks.some(({ isBaseline }) => isBaseline)}
            />
            <Plot data={data} model={model} onChart={png.onChart} />
            {qualityAxis !== null && costAxis.currency !== null && (
              <TradePriceControl
                {...{ ranges, price, labels }}
                axis={qualityAxis}
                currency={costAxis.currency}
                onPrice={change}
              />
            )}
          </>
        )
      )}
    </Card>
  );
}

interface PlotProps {
  readonly data: FrontierChartData;
  readonly model: string;
  readonly onChart: ReturnType<typeof usePng>['onChart'];
}

function Plot({ data, model, onChart }: PlotProps) {
  const isNarrow = useNarrow();
  return (
    <FrontierChart
      data={data}
      height={isNarrow ? NARROW_HEIGHT : HEIGHT}
      onChart={onChart}
      label={`Scatter of ${data.marks.length} points of ${model}: ${data.metric} against cost a month. Choose Table to read the figures.`}
    />
  );
}
