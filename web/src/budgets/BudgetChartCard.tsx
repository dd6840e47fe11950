import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type BudgetDetail, listBudgetDays } from '../../../src/finops/budgets/schema.ts';
import { getForecast } from '../../../src/finops/forecasts/schema.ts';
import { FanChart } from '../charts/FanChart.tsx';
import { usePng } from '../charts/use-png.ts';
import { call, endpointQuery } from '../client.ts';
import { formatDay } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { BudgetLegend } from './BudgetLegend.tsx';
import { buildBudgetChart } from './budget-chart.ts';

const HEIGHT = 300;
const LOADING_HEIGHT = 336;

interface BudgetChartCardProps {
  readonly budget: BudgetDetail;
  /** Whether the budget has a forecast, which the chart then adds. */
  readonly hasForecast: boolean;
}

/** Cumulative spend of the current period with limit, thresholds, forecast and the period before. */
export function BudgetChartCard({ budget, hasForecast }: BudgetChartCardProps) {
  const { name, limit } = budget;
  const days = useQuery(endpointQuery(listBudgetDays, { query: { budget: name } }));
  const query = { level: 'budget' as const, key: name, currency: limit.currency };
  const forecast = useQuery({
    queryKey: [getForecast.path, query],
    queryFn: ({ signal }) => call(getForecast, { query }, signal),
    enabled: hasForecast,
  });
  const png = usePng(`budget-${name}`);
  const own = days.data?.budgets[0];
  const data = useMemo(
    () => (own === undefined ? null : buildBudgetChart(budget, own, forecast.data ?? null)),
    [budget, own, forecast.data],
  );
  const through = own?.through;
  return (
    <Card
      title="Cumulative spend"
      note={`Effective (amortized) cost in ${limit.currency}${through == null ? '' : `; bills are complete to ${formatDay(through)}`}.`}
      actions={
        <button type="button" className={parts.button} onClick={png.save}>
          PNG<span className="visually-hidden"> of the cumulative spend</span>
        </button>
      }
    >
      <Loaded query={days} what="The spend" height={LOADING_HEIGHT}>
        {() => (
          <div style={{ minHeight: LOADING_HEIGHT }}>
            {data === null || own?.reason != null ? (
              <EmptyState
                shows="Spend of the period by day against the limit, with the forecast."
                why={own?.reason ?? 'No days.'}
              />
            ) : (
              <>
                <BudgetLegend data={data} />
                <FanChart
                  data={data}
                  height={HEIGHT}
                  onChart={png.onChart}
                  label={`Cumulative spend of ${name} by day against its limit, with the forecast and its intervals, and the previous period.`}
                />
              </>
            )}
          </div>
        )}
      </Loaded>
    </Card>
  );
}
