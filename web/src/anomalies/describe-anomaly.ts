import type { AnomalyDetail } from '../../../src/finops/anomalies/schema.ts';
import { decimal, decimalString } from '../../../src/platform/units/schema.ts';
import { formatMoney } from '../format/money.ts';
import { shortenNames } from '../format/short-name.ts';
import { daysText, isOfBill } from './words.ts';

/** Least share of the impact that its largest charge must not explain for the rest to be named. */
const REST = 0.02;

type Described = Pick<
  AnomalyDetail,
  'sentence' | 'impact' | 'currency' | 'direction' | 'measure' | 'start' | 'end' | 'state' | 'evidence'
>;

/**
 * The event and its cost. Where the charge of the sentence explains only a part, that part is named: "p4d of team search rose 3.1x. That is
 * $17,076.00 more than expected, since 5 Nov: $13,333.00 of this charge, $3,743.00 of 4 others."
 */
export function describeAnomaly(anomaly: Described): string {
  const { impact, currency, direction, evidence } = anomaly;
  const sentence = shortenNames(anomaly.sentence);
  if (impact === null || currency === null) return sentence;
  const text = (amount: string) => formatMoney({ amount: amount.replace('-', ''), currency });
  const when = daysText(anomaly);
  const since = when.startsWith('since') ? when : `on ${when}`;
  if (!isOfBill(anomaly)) {
    return `${sentence} ${text(impact)} bought ${direction === 'over' ? 'less' : 'more'} than usual, ${since}. This amount is not an additional cost.`;
  }
  const parts = explainPart(impact, evidence);
  const split = parts === null ? '' : `: ${text(parts.own)} of this charge, ${text(parts.rest)} of others`;
  return `${sentence} That is ${text(impact)} ${direction === 'over' ? 'more' : 'less'} than expected, ${since}${split}.`;
}

/** Part of the largest charge and of the others, both on the side of the impact; null where the largest explains all of it, or more. */
function explainPart(impact: string, evidence: Described['evidence']): { own: string; rest: string } | null {
  const [driver] = evidence?.drivers ?? [];
  if (driver === undefined || (evidence?.drivers.length ?? 0) < 2) return null;
  const rest = decimal(impact).minus(driver.change);
  const isSameSide = rest.times(impact).greaterThan(0) && decimal(driver.change).times(impact).greaterThan(0);
  if (!isSameSide || rest.abs().lessThan(decimal(impact).abs().times(REST))) return null;
  return { own: driver.change, rest: decimalString(rest) };
}
