import type { Alert } from '../../../src/mlops/monitoring/alerts/schema.ts';
import type { MonitorWindow } from '../../../src/mlops/monitors/schema.ts';
import { formatMoney } from '../format/money.ts';
import { counted, formatCount, formatMeasure, formatPercent } from '../format/number.ts';
import { CAUSES, findLatest, moneyPerDay } from './words.ts';

interface MonitorAnswerProps {
  readonly model: string;
  readonly windows: readonly MonitorWindow[];
  readonly open: readonly Alert[];
}

/** Current quality of the model with its interval, and open episodes. */
export function MonitorAnswer({ model, windows, open }: MonitorAnswerProps) {
  const latest = findLatest(windows);
  const worth = moneyPerDay(open);
  const wrong =
    open.length === 0
      ? ''
      : `; ${counted(open.length, 'alert is open', 'alerts are open')} (${[...new Set(open.map(({ cause }) => CAUSES[cause]))].join(', ')})${worth === null ? '' : `, estimated to cost ${formatMoney(worth)} a day`}`;
  if (latest === undefined)
    return (
      <>
        No prediction of {model} has come in this time{wrong}.
      </>
    );
  const quality = latest.shown.find(({ value }) => value !== null);
  const { predictions, completeness } = latest;
  const labels = `${formatPercent(completeness * 100)} of ${counted(predictions, 'prediction')} labelled`;
  if (quality?.value == null)
    return (
      <>
        {formatCount(predictions)} predictions of {model} in the latest window, {labels}
        {wrong}.
      </>
    );
  const { metric, value, lower, upper, estimated } = quality;
  const interval = lower === null || upper === null ? '' : ` (${formatMeasure(lower)} to ${formatMeasure(upper)})`;
  return (
    <>
      {model} has {estimated ? 'an estimated ' : ''}
      {metric} {formatMeasure(value)}
      {interval} in the latest window, {labels}
      {wrong}.
    </>
  );
}
