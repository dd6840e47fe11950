import { decimalString } from '../../platform/units/index.ts';
import type { AllocatedCosts } from '../costs/index.ts';
import type { Exchange } from '../exchange/index.ts';
import type { BudgetConversion, BudgetSpec } from './schema.ts';

export interface ConversionDeps {
  readonly exchange: Pick<Exchange, 'conversion'>;
  readonly config: { readonly reportingCurrency?: string | undefined };
}

export interface ConvertedRows {
  /** All in the currency of the budget; rows without an exchange rate are left out. */
  readonly rows: AllocatedCosts['rows'];
  /** Null if no conversion was needed. */
  readonly conversion: BudgetConversion | null;
}

/**
 * Whether spend in other currencies is converted for a budget. This needs a reporting currency and a soft budget: an
 * enforcing budget (hard or approval) applies in the currency of its prices.
 */
export function isConverting({ config }: ConversionDeps, { enforcement }: Pick<BudgetSpec, 'enforcement'>): boolean {
  return config.reportingCurrency !== undefined && enforcement === 'soft';
}

/** Amounts of charge days in the currency of a budget, each at the rate of its day. */
export async function convertRows(
  { exchange }: Pick<ConversionDeps, 'exchange'>,
  rows: AllocatedCosts['rows'],
  currency: string,
): Promise<ConvertedRows> {
  if (rows.every((row) => row.currency === currency)) return { rows, conversion: null };
  const days = rows.map(({ day }) => day).toSorted();
  const conversion = await exchange.conversion(currency, { from: days[0] ?? '', to: days.at(-1) ?? '' });
  const converted = rows.flatMap((row) => {
    const amount = conversion.convert(row);
    return amount === null ? [] : [{ day: row.day, currency, amount: decimalString(amount) }];
  });
  return { rows: converted, conversion: { rates: conversion.rates(), leftOut: conversion.leftOut() } };
}
