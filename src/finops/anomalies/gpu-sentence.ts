import type { Anomaly } from './schema.ts';
import { formatFigure, formatMoney, nameSlice } from './sentence.ts';

/** GPU-hours of a slice: all that were paid for, and those that a measure is about. */
export interface Hours {
  readonly paid: number;
  readonly part: number;
}

type GpuSentenceFacts = Pick<Anomaly, 'measure' | 'slice' | 'actual' | 'expected' | 'currency'> & {
  readonly days: number;
  readonly hours: Hours;
};

/**
 * Summary of a GPU anomaly in plain words. Example: "GPUs of team search stood idle for 412.00 USD a day, where 120.00 USD
 * was expected: 40 of 96 GPU-hours a day."
 */
export function buildGpuSentence({
  measure,
  slice,
  actual,
  expected,
  currency,
  days,
  hours,
}: GpuSentenceFacts): string {
  const who = `GPUs${nameSlice(slice)}`;
  if (measure === 'gpu_utilization') {
    return `${who} were used ${formatPercent(actual)} of the time that was paid for, where ${formatPercent(expected)} was expected.`;
  }
  const [now, usual] = [actual, expected].map((amount) => formatMoney(Number(amount) / days, currency));
  const of = `${formatFigure(hours.part / days)} of ${formatFigure(hours.paid / days)} GPU-hours a day`;
  return `${who} stood idle for ${now} a day, where ${usual} was expected: ${of}.`;
}

function formatPercent(share: string): string {
  return `${formatFigure(Number(share) * 100)} %`;
}
