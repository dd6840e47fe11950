import { calcPrice, waitForUpdate } from '@pydantic/genai-prices';
import { describe, expect, it } from 'vitest';
import { type Catalogue, loadCatalogue } from './catalogue.ts';
import { findConditionAt } from './catalogue-price.ts';

const catalogue = await loadCatalogue();
const providers = (await waitForUpdate()) ?? [];
const at = (instant: string) => Date.parse(instant);

function inputPrice(model: string, instant: string, provider?: string): string | null {
  const known = catalogue.find(model, provider);
  return known === null ? null : (catalogue.price(known, at(instant))?.rates.input?.perMillion ?? null);
}

describe('the catalogue', () => {
  it('names its package with the version', () => {
    expect(catalogue.source).toMatch(/^@pydantic\/genai-prices \d+\.\d+\.\d+$/);
  });

  it('finds a model by the names that its rules know, with and without a provider', () => {
    expect(catalogue.find('gpt-4o-2024-08-06')).toEqual({ provider: 'openai', model: 'gpt-4o' });
    expect(catalogue.find('GPT-4o')).toEqual({ provider: 'openai', model: 'gpt-4o' });
    expect(catalogue.find('claude-sonnet-4-5-20250929')?.provider).toBe('anthropic');
    expect(catalogue.find('gpt-4o', 'Azure')).toEqual({ provider: 'openai', model: 'gpt-4o' });
    expect(catalogue.find('anthropic.claude-sonnet-4-6', 'aws')?.model).toBe(
      'regional.anthropic.claude-sonnet-4-6-v1:0',
    );
  });

  it('reads names as LiteLLM writes them when told so', () => {
    expect(catalogue.find('openai/gpt-4o', 'litellm')).toEqual({ provider: 'openai', model: 'gpt-4o' });
  });

  it('does not guess: an unknown model, and an unknown provider, are null', () => {
    expect(catalogue.find('house-model-7')).toBeNull();
    expect(catalogue.find('gpt-97')).toBeNull();
    expect(catalogue.find('gpt-4o', 'nobody')).toBeNull();
  });

  it('keeps every digit that its authors wrote', () => {
    expect(inputPrice('gpt-4o-mini', '2026-01-01T00:00:00Z')).toBe('0.15');
    const deepseek = catalogue.find('deepseek-v4-pro', 'deepseek');
    expect(deepseek && catalogue.price(deepseek, at('2026-08-01T00:00:00Z'))?.rates.cacheRead?.perMillion).toBe(
      '0.003625',
    );
  });

  it('prices by date: the new price holds from the first midnight UTC of its day', () => {
    expect(inputPrice('o3', '2025-06-09T23:59:59.999Z')).toBe('10');
    expect(inputPrice('o3', '2025-06-10T00:00:00Z')).toBe('2');
    const o3 = catalogue.find('o3');
    expect(o3 && catalogue.price(o3, at('2025-07-01T00:00:00Z'))?.effectiveFrom).toBe('2025-06-10');
    expect(o3 && catalogue.price(o3, at('2025-01-01T00:00:00Z'))?.effectiveFrom).toBeNull();
  });

  it('prices by hour, end exclusive, and says so', () => {
    const price = (time: string) => inputPrice('deepseek-chat', `2026-03-01T${time}Z`, 'deepseek');
    expect([price('00:29:59'), price('00:30:00'), price('16:29:59'), price('16:30:00')]).toEqual([
      '0.135',
      '0.27',
      '0.27',
      '0.135',
    ]);
    const chat = catalogue.find('deepseek-chat', 'deepseek');
    expect(chat && catalogue.price(chat, at('2026-03-01T12:00:00Z'))?.source).toContain('from 00:30:00Z to 16:30:00Z');
  });

  it('prices by the size of the request', () => {
    const sonnet = catalogue.find('claude-sonnet-4-6', 'anthropic');
    const before = sonnet && catalogue.price(sonnet, at('2026-03-12T00:00:00Z'))?.rates.input;
    expect(before).toEqual({ perMillion: '3', tiers: [{ above: 200_000, perMillion: '6' }] });
  });
});

describe('a condition on hours', () => {
  const night = {
    constraint: { type: 'time_of_date', start_time: '22:00:00+02:00', end_time: '04:00:00Z' },
    prices: { input_mtok: 1 },
  } as const;
  const day = { prices: { input_mtok: 2 } };
  it('may pass midnight and name an offset', () => {
    const held = (time: string) => findConditionAt([day, night], at(`2026-01-05T${time}Z`))?.prices.input_mtok;
    expect([held('19:59:59'), held('20:00:00'), held('23:59:59'), held('03:59:59'), held('04:00:00')]).toEqual([
      2, 1, 1, 1, 2,
    ]);
  });
});

/** The package's own engine, with its floats, as the oracle for the price in force. */
function heldByPackage(
  provider: (typeof providers)[number],
  model: (typeof providers)[number]['models'][number],
  instant: number,
) {
  const alone = { ...provider, models: [{ ...model, match: { equals: 'wanted' } }] };
  return calcPrice({}, 'wanted', { provider: alone, timestamp: new Date(instant) })?.model_price;
}

describe('every model of the catalogue', () => {
  const instants = [
    '2024-01-01T00:00:00Z',
    '2025-06-10T00:00:00Z',
    '2026-03-13T01:30:00Z',
    '2026-09-30T15:59:59.999Z',
    '2027-06-01T09:00:00Z',
  ];
  it('has at every instant the price that its package chooses', () => {
    let compared = 0;
    for (const provider of providers) {
      for (const model of provider.models) {
        for (const instant of instants.map(at)) {
          const rates = catalogue.price({ provider: provider.id, model: model.id }, instant)?.rates;
          const held = heldByPackage(provider, model, instant);
          expect([
            provider.id,
            model.id,
            numbers(rates?.input),
            numbers(rates?.output),
            numbers(rates?.cacheRead),
          ]).toEqual([
            provider.id,
            model.id,
            numbersOf(held?.input_mtok),
            numbersOf(held?.output_mtok),
            numbersOf(held?.cache_read_mtok),
          ]);
          compared += 1;
        }
      }
    }
    expect(compared).toBeGreaterThan(5_000);
  });
});

type Rates = NonNullable<ReturnType<Catalogue['price']>>['rates'];

function numbers(rate: Rates['input'] | undefined): number[] | null {
  if (rate === null || rate === undefined) return null;
  return [Number(rate.perMillion), ...rate.tiers.flatMap((tier) => [tier.above, Number(tier.perMillion)])];
}

function numbersOf(
  price: number | undefined | { base: number; tiers: { start: number; price: number }[] },
): number[] | null {
  if (price === undefined) return null;
  if (typeof price === 'number') return [price];
  return [price.base, ...price.tiers.flatMap((tier) => [tier.start, tier.price])];
}
