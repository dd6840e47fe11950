import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { costSummaryCsv } from '../../../src/finops/costs/schema.ts';
import { buildUrl } from '../../../src/platform/contract/schema.ts';
import { Legend } from '../charts/Legend.tsx';
import { StackedBars } from '../charts/StackedBars.tsx';
import { usePng } from '../charts/use-png.ts';
import { dimensionLabel } from '../format/dimension.ts';
import { Card } from '../parts/Card.tsx';
import { Choice } from '../parts/Choice.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { OTHER_COLOUR } from '../theme/category-colours.ts';
import { CostSlotsTable } from './CostSlotsTable.tsx';
import { useBeforeLine } from './compare/use-before-line.ts';
import { listGranularities } from './period/granularity.ts';
import { slotLabel } from './slots.ts';
import { stackSeries } from './stack.ts';
import type { Costs } from './use-costs.ts';

const HEIGHT = 320;
const LOADING_HEIGHT = 348;
const VIEWS = [
  { value: 'chart', label: 'Chart' },
  { value: 'table', label: 'Table' },
] as const;

const TITLES = {
  day: 'Daily cost',
  week: 'Weekly cost',
  month: 'Monthly cost',
} as const;
const WIDTHS = { day: 'Days', week: 'Weeks', month: 'Months' } as const;

interface CostChartProps {
  readonly costs: Costs;
  readonly onPick: (id: string, slot?: string) => void;
}

/** Cost by day, week or month, stacked; or the same as a table. */
export function CostChart({ costs, onPick }: CostChartProps) {
  const {
    search,
    dimensions,
    selection,
    slotDimension,
    slots,
    bySlot,
    bySlotRows,
    stacked,
    groups,
    colours,
    currency,
  } = costs;
  const navigate = useNavigate({ from: '/costs' });
  const png = usePng('costs');
  const before = useBeforeLine(costs);
  const series = useMemo(() => {
    if (stacked) return stackSeries({ groups, bySlot: bySlotRows, dimensions, slotDimension, slots, colours });
    const all = {
      groups: [{}],
      bySlot: bySlotRows,
      dimensions: [],
      slotDimension,
      slots,
      colours: new Map([['[]', OTHER_COLOUR]]),
    };
    return stackSeries(all).map((one) => ({ ...one, label: `all ${groups.length} groups` }));
  }, [bySlotRows, stacked, groups, dimensions, slotDimension, slots, colours]);
  const by = dimensions.map((dimension) => dimensionLabel(dimension).toLowerCase()).join(' and ');
  const csv = buildUrl(costSummaryCsv, { query: { by: [...new Set([...dimensions, slotDimension])], ...selection } });
  const asTable = search.chart === 'table';
  const widths = costs.period.range === undefined ? [] : listGranularities(costs.period.range);
  return (
    <Card
      title={TITLES[slotDimension]}
      note={`By ${slotDimension} and ${by}, in ${currency}${before === undefined ? '' : `; the dotted line is ${before.label}`}`}
      actions={
        <>
          {widths.length > 1 && (
            <Choice
              label="Bars by"
              value={slotDimension}
              options={widths.map((value) => ({ value, label: WIDTHS[value] }))}
              onChange={(every) => void navigate({ search: (before) => ({ ...before, every }), resetScroll: false })}
            />
          )}
          <Choice
            label="Shown as"
            value={asTable ? 'table' : 'chart'}
            options={VIEWS}
            onChange={(value) =>
              void navigate({
                search: (before) => ({ ...before, chart: value === 'table' ? 'table' : undefined }),
                resetScroll: false,
              })
            }
          />
          <a className={parts.button} href={csv} download={`costs-by-${slotDimension}.csv`}>
            CSV<span className="visually-hidden"> of the chart</span>
          </a>
          {!asTable && (
            <button type="button" className={parts.button} onClick={png.save}>
              PNG<span className="visually-hidden"> of the chart</span>
            </button>
          )}
        </>
      }
    >
      <Loaded query={bySlot} what="The chart" height={LOADING_HEIGHT}>
        {() =>
          asTable ? (
            <CostSlotsTable slots={slots} slotLabel={slotLabel} series={series} currency={currency} />
          ) : (
            <>
              <Legend series={series} onPick={(id) => onPick(id)} />
              <StackedBars
                label={`Stacked bars: cost by ${slotDimension} and ${by}. Choose Table to read the figures.`}
                slots={slots}
                slotLabel={slotLabel}
                series={series}
                currency={currency}
                before={before}
                height={HEIGHT}
                onPick={onPick}
                onChart={png.onChart}
              />
            </>
          )
        }
      </Loaded>
    </Card>
  );
}
