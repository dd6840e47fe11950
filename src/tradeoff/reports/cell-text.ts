import { decimal, formatMoneyText, groupThousands } from '../../platform/units/schema.ts';
import type { ReportCell } from './schema.ts';

/** Text of a figure: `–` when unknown. A ratio is a percentage; money has the digits of its currency. */
export function formatReportCell({ kind, value, currency }: ReportCell): string {
  if (value === null) return '–';
  if (kind === 'money' && currency !== null) return formatMoneyText({ amount: decimal(value).toFixed(2), currency });
  if (kind === 'ratio') return `${decimal(value).times(100).toFixed(1)} %`;
  if (kind === 'hours') return groupThousands(decimal(value).toFixed(1));
  return kind === 'count' ? groupThousands(value) : value;
}
