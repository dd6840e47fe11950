import { z } from 'zod';
import { Currency, DecimalString, type Money } from '../../src/platform/units/schema.ts';

const AMOUNT = /^(-?\d+(?:\.\d+)?) ?([A-Z][A-Z0-9_]{2,15})$/;

/** `-5USD`, `12.50 EUR`: an exact amount and its currency. */
export const SignedMoneyWord = z.string().transform((word, context): Money => {
  const [, amount, currency] = AMOUNT.exec(word.trim()) ?? [];
  const parsed = { amount: DecimalString.safeParse(amount), currency: Currency.safeParse(currency) };
  if (parsed.amount.success && parsed.currency.success) {
    return { amount: parsed.amount.data, currency: parsed.currency.data };
  }
  context.addIssue({ code: 'custom', message: 'an amount and its currency, such as 5USD' });
  return z.NEVER;
});

/** The same, and no minus. */
export const MoneyWord = z
  .string()
  .regex(/^(?!\s*-)/, 'an amount and its currency, such as 5USD')
  .pipe(SignedMoneyWord);

/** `3.06USD/h`: a price of one machine for an hour. */
export const HourlyPriceWord = z
  .string()
  .regex(/\/h$/, 'an hourly price such as 3.06USD/h')
  .transform((word) => word.slice(0, -'/h'.length))
  .pipe(MoneyWord);
