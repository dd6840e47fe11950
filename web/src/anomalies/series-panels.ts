import type { AnomalyDetail, AnomalyEvidence } from '../../../src/finops/anomalies/schema.ts';
import type { TimePanelsData } from '../charts/time-panels-data.ts';
import { axisMoney, exactMoney, formatMoney } from '../format/money.ts';
import { formatMeasure } from '../format/number.ts';
import { formatDay } from '../format/time.ts';
import { MEASURES } from './words.ts';

const measureName = (measure: AnomalyDetail['measure'], unit: string | null): string => {
  const name = `${MEASURES[measure].charAt(0).toUpperCase()}${MEASURES[measure].slice(1)}`;
  return unit === null || measure === 'cost_per_1000_predictions' ? name : `${name}, ${unit}`;
};

const number = (text: string | null): number | null => (text === null ? null : Number(text));

/** Actual value of each day, and the expected range. */
export function seriesPanels(anomaly: AnomalyDetail, points: AnomalyEvidence['points']): TimePanelsData {
  const { measure, currency, unit, start, end } = anomaly;
  const isShare = measure === 'gpu_utilization';
  const isMoney = currency !== null && measure !== 'quantity' && !isShare;
  const share = (text: string | number) => `${Number((Number(text) * 100).toFixed(1))} %`;
  const exact = (text: string) =>
    isShare ? share(text) : isMoney ? exactMoney({ amount: text, currency }) : `${text} ${unit ?? ''}`.trim();
  const short = (text: string) =>
    isShare ? share(text) : isMoney ? formatMoney({ amount: text, currency }) : formatMeasure(text);
  const name = measure === 'cost' ? 'Daily cost' : measureName(measure, unit);
  return {
    times: points.map(({ day }) => day),
    timeText: formatDay,
    panels: [
      {
        id: 'series',
        title: `${name}; dashed: expected`,
        axisText: (value) => (isShare ? share(value) : isMoney ? axisMoney(value, currency) : formatMeasure(value)),
        series: [
          {
            ...{ id: 'expected', name: 'Expected', variable: '--ink-3', shape: 'line', dashed: true },
            values: points.map(({ expected }) => number(expected)),
            interval: {
              display: 'band',
              lower: points.map(({ lower }) => number(lower)),
              upper: points.map(({ upper }) => number(upper)),
            },
            formatPoint: (index) => {
              const { expected = null, lower = null, upper = null } = points[index] ?? {};
              if (expected === null) return 'not known yet';
              return lower === null || upper === null
                ? short(expected)
                : `${short(expected)} (${short(lower)} to ${short(upper)})`;
            },
          },
          {
            ...{ id: 'actual', name: 'Actual', variable: '--cost-fill', shape: 'line', dots: true },
            values: points.map(({ actual }) => number(actual)),
            formatPoint: (index) => {
              const { actual = null } = points[index] ?? {};
              return actual === null ? 'not known' : exact(actual);
            },
          },
        ],
      },
    ],
    marks: points.flatMap(({ day }, index) => {
      if (day === start) return [{ index, label: 'start' }];
      return day === end && anomaly.state !== 'open' ? [{ index, label: 'last day' }] : [];
    }),
  };
}
