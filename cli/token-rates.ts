import { z } from 'zod';
import { type TokenDirection, type TokenRates, tokenDirections } from '../src/finops/tokens/rates/schema.ts';
import { getTokenPrice, ServiceTier, type TokenPrice } from '../src/finops/tokens/schema.ts';
import { UtcInstant } from '../src/platform/units/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { formatCount } from './output/amounts.ts';
import { table } from './output/table.ts';

/** An instant; a date means its midnight UTC. */
export const AtInstant = z
  .string()
  .transform((text) => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text))
  .pipe(UtcInstant);

/** `steelyard tokens rates MODEL`: rates of a model, and the prices that they override. */
export const tokenRatesCommand = command({
  path: ['tokens', 'rates'],
  summary: 'Show the token prices of a model with their source, and replaced prices',
  example: 'steelyard tokens rates gpt-4o\nsteelyard tokens rates claude-sonnet-4-6 --provider aws --at 2026-03-01',
  needs: 'server',
  positionals: { model: { describe: 'Model, as its provider or a log names it' } },
  options: {
    provider: { value: 'NAME', describe: 'Provider: openai, anthropic, aws, azure, google…' },
    tier: {
      value: ServiceTier.options.join('|'),
      schema: ServiceTier,
      fallback: 'standard',
      describe: 'Service tier; the catalogue has prices of the standard tier only',
    },
    at: { value: 'DATE', schema: AtInstant, describe: 'Price of this day or instant, UTC; now by default' },
  },
  run: async (context, { model, provider, tier, at }) => {
    const client = await context.client();
    const price = await client.call(getTokenPrice, { query: { model, provider, serviceTier: tier, at } });
    await context.answer(price, () => ratesText(price, context));
    if (price.rates === null) await context.remark(`Unpriced: ${price.reason}.`);
    return 0;
  },
});

interface ShownRate {
  readonly direction: TokenDirection;
  readonly above: number | null;
  readonly perMillion: string;
  readonly currency: string;
  readonly source: string;
  readonly held: boolean;
}

function ratesText({ rates, source, effectiveFrom, overridden }: TokenPrice, { paint }: Context): string {
  if (rates === null || source === null) return '';
  const from = effectiveFrom === null ? '' : ` (from ${effectiveFrom.slice(0, 10)})`;
  const activeRows = toRateRows(rates, `${source}${from}`, true);
  const others = overridden.flatMap((other) => toRateRows(other.rates, `${other.source} (${other.model})`, false));
  return table(
    [...activeRows, ...others],
    [
      { title: 'DIRECTION', cell: ({ direction }) => direction },
      { title: 'REQUESTS ABOVE', align: 'right', cell: ({ above }) => (above === null ? '' : formatCount(above)) },
      { title: 'PER MILLION', align: 'decimal', cell: ({ perMillion }) => perMillion },
      { title: 'CURRENCY', cell: ({ currency }) => currency },
      {
        title: '',
        cell: (rate) => (rate.held ? 'active' : 'replaced'),
        style: (rate) => (rate.held ? paint.good : paint.faint),
      },
      { title: 'PRICE FROM', cell: (rate) => rate.source, least: 12 },
    ],
    paint,
  );
}

function toRateRows(rates: TokenRates, source: string, activeRows: boolean): ShownRate[] {
  return tokenDirections.flatMap((direction) => {
    const rate = rates[direction];
    if (rate === null) return [];
    const sizes = [{ above: null, perMillion: rate.perMillion }, ...rate.tiers];
    return sizes.map(({ above, perMillion }) => ({
      direction,
      above,
      perMillion,
      currency: rates.currency,
      source,
      held: activeRows,
    }));
  });
}
