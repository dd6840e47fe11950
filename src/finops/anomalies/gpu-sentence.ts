import type { Anomaly } from './schema.ts';
import { figure, money, namesOf } from './sentence.ts';

/** GPU-hours of a slice: all that were paid for, and those that a measure is about. */
export interface Hours {
  readonly paid: number;
  readonly part: number;
}

type Told = Pick<Anomaly, 'measure' | 'slice' | 'actual' | 'expected' | 'currency'> & {
  readonly days: number;
  readonly hours: Hours;
};

/**
 * Summary of a GPU anomaly in plain words. Example: "GPUs of team search stood idle for 412.00 USD a day, where 120.00 USD
 * was expected: 40 of 96 GPU-hours a day."
 */
export function gpuSentence({ measure, slice, actual, expected, currency, days, hours }: Told): string {
  const who = `GPUs${namesOf(slice)}`;
  if (measure === 'gpu_utilization') {
    return `${who} were used ${percent(actual)} of the time that was paid for, where ${percent(expected)} was expected.`;
  }
  const [now, usual] = [actual, expected].map((amount) => money(Number(amount) / days, currency));
  const of = `${figure(hours.part / days)} of ${figure(hours.paid / days)} GPU-hours a day`;
  return `${who} stood idle for ${now} a day, where ${usual} was expected: ${of}.`;
}

function percent(share: string): string {
  return `${figure(Number(share) * 100)} %`;
}
