import type { ModelReturn } from '../../../src/tradeoff/returns/schema.ts';
import type { PanelMark, PanelSeries, TimePanelsData } from '../charts/time-panels-data.ts';
import { axisMoney, formatMoney } from '../format/money.ts';
import { formatDay } from '../format/time.ts';

/** Value and costs by day, and the balance below them; versions are marks above the plot. */
export function buildTrendPanels({ trend, marks, currency }: ModelReturn): TimePanelsData {
  const unit = currency ?? '';
  const series = (
    id: 'value' | 'running' | 'making' | 'balance',
    name: string,
    variable: string,
    shape: 'bar' | 'line',
  ): PanelSeries => ({
    id,
    name,
    variable,
    shape,
    values: trend.map((point) => (point[id] === null ? null : Number(point[id]))),
    formatPoint: (index) => {
      const amount = trend[index]?.[id] ?? null;
      return amount === null ? 'unknown' : formatMoney({ amount, currency: unit });
    },
    ...(shape === 'bar' ? { stack: 'cost' } : {}),
  });
  const axisText = (value: number) => axisMoney(value, unit);
  return {
    times: trend.map(({ day }) => day),
    timeText: formatDay,
    panels: [
      {
        id: 'daily',
        title: `Value and cost a day, ${unit}`,
        axisText,
        series: [
          series('running', 'Cost to run', '--cost-fill', 'bar'),
          series('making', 'Cost to make', '--ink-3', 'bar'),
          series('value', 'Value', '--ink', 'line'),
        ],
      },
      {
        id: 'balance',
        title: `Balance: value less all cost, ${unit}`,
        axisText,
        scaled: true,
        series: [series('balance', 'Balance', '--ink', 'line')],
        limits: [{ label: 'paid back', value: 0 }],
      },
    ],
    marks: listMarks(trend, marks),
  };
}

/** One mark a day: several versions of a day are in one label. */
function listMarks(trend: ModelReturn['trend'], marks: ModelReturn['marks']): PanelMark[] {
  const indexOf = new Map(trend.map(({ day }, index) => [day, index]));
  const byDay = Map.groupBy(marks, ({ at }) => at.slice(0, 'YYYY-MM-DD'.length));
  return [...byDay].flatMap(([day, of]) => {
    const index = indexOf.get(day);
    return index === undefined ? [] : [{ index, label: of.map(describeMark).join(', ') }];
  });
}

/** Example: "v3 registered", "v3 served by home-feed". */
export function describeMark({ version, kind, endpoint }: ModelReturn['marks'][number]): string {
  return kind === 'registered' ? `v${version} registered` : `v${version} served by ${endpoint}`;
}
