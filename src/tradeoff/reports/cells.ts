import type { ReportCell } from './schema.ts';

type Value = string | null;

const cell = (kind: ReportCell['kind'], value: Value, more: Partial<ReportCell> = {}): ReportCell => ({
  ...{ kind, value, currency: null, reason: null, link: null },
  ...more,
  ...(value === null ? { reason: more.reason ?? 'not known' } : { reason: null }),
});

export const textCell = (value: Value, link: string | null = null, reason?: string | null): ReportCell =>
  cell('text', value, { link, reason: reason ?? null });

/** Money as it was read, to the last decimal; null with a reason. */
export const moneyCell = (
  money: { readonly amount: string; readonly currency: string } | null,
  link: string | null = null,
  reason: string | null = null,
): ReportCell => cell('money', money?.amount ?? null, { currency: money?.currency ?? null, link, reason });

export const countCell = (count: number | null, link: string | null = null, reason: string | null = null): ReportCell =>
  cell('count', count === null ? null : String(count), { link, reason });

/** A share from 0 to 1. */
export const ratioCell = (ratio: number | null, link: string | null = null, reason: string | null = null): ReportCell =>
  cell('ratio', ratio === null ? null : String(ratio), { link, reason });

export const hoursCell = (hours: number | null, link: string | null = null, reason: string | null = null): ReportCell =>
  cell('hours', hours === null ? null : String(hours), { link, reason });
