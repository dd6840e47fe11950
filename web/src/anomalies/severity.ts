import type { Anomaly } from '../../../src/finops/anomalies/schema.ts';
import { decimal } from '../../../src/platform/units/schema.ts';
import { formatPercent } from '../format/number.ts';

export type Severity = 'high' | 'medium' | 'low';

export interface Rating {
  readonly severity: Severity;
  /** Impact in percent of the spend of 30 days; null: unknown. */
  readonly percent: number | null;
}

const LEAST = {
  high: { amount: 10_000, percent: 5 },
  medium: { amount: 1000, percent: 1 },
} as const;

/**
 * Severity by money and share: high from 10,000 in its currency or 5 % of the spend of 30 days, medium from 1,000 or 1 %, else low. Null without an
 * amount. Example: 2,400 USD of 300,000 USD -> medium, 0.8 %.
 */
export function rateSeverity({ impact, spend }: Pick<Anomaly, 'impact' | 'spend'>): Rating | null {
  if (impact === null) return null;
  const amount = decimal(impact).abs();
  const whole = spend.find(({ dimension }) => dimension === null)?.amount;
  const percent = whole === undefined || decimal(whole).isZero() ? null : amount.dividedBy(whole).times(100).toNumber();
  const reaches = ({ amount: least, percent: share }: (typeof LEAST)[keyof typeof LEAST]) =>
    amount.greaterThanOrEqualTo(least) || (percent !== null && percent >= share);
  return { severity: reaches(LEAST.high) ? 'high' : reaches(LEAST.medium) ? 'medium' : 'low', percent };
}

export const SEVERITIES: Readonly<Record<Severity, string>> = { high: 'High', medium: 'Medium', low: 'Low' };

/** `3.5 % of the spend of 30 days`. */
export function shareText({ percent }: Rating): string {
  return percent === null ? 'Share of the spend is not known' : `${formatPercent(percent)} of the spend of 30 days`;
}
