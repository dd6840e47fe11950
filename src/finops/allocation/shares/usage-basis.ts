import type { Subject } from '../../../org/schema.ts';
import { EXACT_DECIMALS } from '../../../platform/lake/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import { decimal, decimalString, type Period } from '../../../platform/units/index.ts';
import type { BasisAmount } from './basis.ts';

/** An interval of usage of a resource by a subject, as recorded by metering. */
export interface MeasuredInterval {
  readonly subject: Subject;
  readonly resource: string;
  /** Exact decimal, >= 0. */
  readonly quantity: string;
  /** Unix milliseconds; end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly predictions: number | null;
}

/** Tokens that a subject used, a whole number as text. */
export interface MeasuredTokens {
  readonly subject: Subject;
  readonly tokens: string;
}

/** Usage that splits need; implemented by metering. */
export interface MeasuredUsage {
  /** Intervals that touch [start, end), Unix milliseconds. */
  intervals(sql: Sql, within: { start: number; end: number }): Promise<readonly MeasuredInterval[]>;
  /** Changes whenever usage that touches [start, end) is recorded or replaced. */
  fingerprint(sql: Sql, within: { start: number; end: number }): Promise<string>;
  /** Tokens used in [start, end). */
  tokens(sql: Sql, within: { start: number; end: number }): Promise<readonly MeasuredTokens[]>;
}

const MS_PER_HOUR = 3_600_000;

/** `usage:gpu:*` -> resource-hours, `requests` -> predictions, `tokens` -> tokens; clipped to [start, end). */
export async function readUsageBasis(
  usage: MeasuredUsage,
  sql: Sql,
  by: string,
  within: Period,
  day: string | null,
): Promise<BasisAmount[]> {
  const window = { start: Date.parse(within.start), end: Date.parse(within.end) };
  if (by === 'tokens') return readTokens(usage, sql, window, day);
  const intervals = await usage.intervals(sql, window);
  const measured =
    by === 'requests' ? intervals.map(createRequestCounter(window)) : intervals.map(createHourCounter(window, by));
  return measured.flatMap((each) => (each === null ? [] : [{ ...each, currency: null, day }]));
}

async function readTokens(
  usage: MeasuredUsage,
  sql: Sql,
  window: { start: number; end: number },
  day: string | null,
): Promise<BasisAmount[]> {
  const tokens = await usage.tokens(sql, window);
  return tokens.map(({ subject, tokens: amount }) => ({ subject, amount, currency: null, day, unit: 'Tokens' }));
}

type Measured = Pick<BasisAmount, 'subject' | 'amount' | 'unit'> | null;

function createHourCounter(
  window: { start: number; end: number },
  by: string,
): (interval: MeasuredInterval) => Measured {
  const pattern = by.slice('usage:'.length).trim().toLowerCase();
  const unit = pattern.startsWith('gpu') ? 'GPU-Hours' : 'Resource-Hours';
  return ({ subject, resource, quantity, start, end }) => {
    if (!matchesPattern(resource.toLowerCase(), pattern)) return null;
    const milliseconds = Math.min(end, window.end) - Math.max(start, window.start);
    return { subject, unit, amount: roundUsage(decimal(quantity).times(milliseconds).dividedBy(MS_PER_HOUR)) };
  };
}

/** Pro rata by time for an interval that extends beyond the window. */
function createRequestCounter(window: { start: number; end: number }): (interval: MeasuredInterval) => Measured {
  return ({ subject, predictions, start, end }) => {
    if (predictions === null) return null;
    const milliseconds = Math.min(end, window.end) - Math.max(start, window.start);
    return {
      subject,
      unit: 'Requests',
      amount: roundUsage(
        decimal(predictions)
          .times(milliseconds)
          .dividedBy(end - start),
      ),
    };
  };
}

function roundUsage(amount: ReturnType<typeof decimal>): string {
  return decimalString(amount.toDecimalPlaces(EXACT_DECIMALS));
}

/** `gpu:*` matches `gpu:a10g`; without a star the names must be equal. */
export function matchesPattern(text: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return text === pattern;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const [index, part] of rest.entries()) {
    const last = index === rest.length - 1;
    const found = last ? text.length - part.length : text.indexOf(part, at);
    if (found < at || !text.startsWith(part, found)) return false;
    at = found + part.length;
  }
  return true;
}
