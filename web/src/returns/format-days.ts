import type { ReturnFigures } from '../../../src/tradeoff/returns/schema.ts';
import { formatDate } from '../format/time.ts';

/** First and last day of a window, whose end is exclusive. Example: "1 Nov 2026 to 30 Nov 2026". */
export function formatDays({ start, end }: ReturnFigures['window']): string {
  return `${formatDate(start)} to ${formatDate(new Date(Date.parse(`${end}T00:00:00Z`) - 1).toISOString())}`;
}
