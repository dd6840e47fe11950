import { z } from 'zod';
import type { PriceInput } from '../../src/finops/purchasing/schema.ts';
import { Duration } from '../../src/platform/units/quantities/schema.ts';
import { HourlyPriceWord } from '../metered/money-words.ts';

/** `3m`, `12h`: seconds. */
export const SecondsWord = z.string().transform((text, context): number => {
  const found = Duration.safeParse(text);
  if (found.success) return found.data / 1000;
  context.addIssue({ code: 'custom', message: 'a duration such as 30s, 12m or 100h' });
  return z.NEVER;
});

/** `3.06USD/h`, or a key of the price book such as `p3.2xlarge` or `p3.2xlarge@us-west-2`. */
export const PriceWord = z.string().transform((word, context): PriceInput => {
  if (!word.includes('/')) return { resource: word };
  const stated = HourlyPriceWord.safeParse(word);
  if (stated.success) return stated.data;
  context.addIssue({ code: 'custom', message: 'a price for an hour such as 3.06USD/h, or a key of the price book' });
  return z.NEVER;
});

export function formatShare(ratio: number | null, digits = 1): string | null {
  return ratio === null ? null : `${(ratio * 100).toFixed(digits)} %`;
}

/** `1h 1m 31s`. */
export function formatSeconds(seconds: number | null): string | null {
  if (seconds === null) return null;
  const whole = Math.round(seconds);
  const parts = [
    [Math.floor(whole / 3600), 'h'],
    [Math.floor((whole % 3600) / 60), 'm'],
    [whole % 60, 's'],
  ] as const;
  const visible = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`);
  return visible.length === 0 ? '0s' : visible.join(' ');
}

export function formatHours(hours: number | null): string | null {
  return hours === null ? null : `${hours.toFixed(hours < 100 ? 2 : 0)} h`;
}
