import { describe, expect, it } from 'vitest';
import { buildListedPrices, findClashingPrice, findMatchingPrices, type PriceQuestion } from './price-list.ts';
import { TokenPricesSpec } from './schema.ts';

const spec = (...prices: object[]) => TokenPricesSpec.parse({ currency: 'USD', source: 'contract', prices });
const price = (model: string, change: object = {}) => ({
  model,
  input: '1',
  output: '2',
  effectiveFrom: '2026-01-01',
  ...change,
});
const question = (change: Partial<PriceQuestion> = {}): PriceQuestion => ({
  names: ['gpt-4o-2024-08-06', 'gpt-4o'],
  providers: ['azure', 'openai'],
  serviceTier: 'standard',
  at: Date.parse('2026-06-01T00:00:00Z'),
  ...change,
});
const winners = (prices: object[], asked = question()) =>
  findMatchingPrices(buildListedPrices('own', 1, spec(...prices)), asked).map(({ model, provider }) => [
    model,
    provider,
  ]);

describe('a price list', () => {
  it('prefers a full name to a pattern, a longer pattern to a shorter one, a named provider to none', () => {
    const listed = [
      price('*'),
      price('gpt-*'),
      price('gpt-4o*'),
      price('gpt-4o'),
      price('gpt-4o', { provider: 'Azure' }),
    ];
    expect(winners(listed)).toEqual([
      ['gpt-4o', 'Azure'],
      ['gpt-4o', null],
      ['gpt-4o*', null],
      ['gpt-*', null],
      ['*', null],
    ]);
  });

  it('matches the name as written and that of the catalogue, whatever their case, and no part of a name', () => {
    expect(winners([price('GPT-4O-2024-08-06'), price('4o'), price('gpt.4o')])).toEqual([['GPT-4O-2024-08-06', null]]);
  });

  it.each([
    ['*', true],
    ['gpt*4o', true],
    ['*-08-*', true],
    ['gpt-*-2024-*06', true],
    ['gpt-4o*gpt-4o', false],
    ['*4', false],
    ['pt*', false],
  ])('%s fits gpt-4o-2024-08-06 or gpt-4o: %s', (model, fits) => {
    expect(winners([price(model)])).toHaveLength(fits ? 1 : 0);
  });

  it('holds from its date to the next of the same model, or to its end', () => {
    const listed = buildListedPrices(
      'own',
      1,
      spec(price('gpt-4o', { input: '9' }), price('gpt-4o', { effectiveFrom: '2026-05-01' })),
    );
    const at = (instant: string) =>
      findMatchingPrices(listed, question({ at: Date.parse(instant) })).map(({ rates }) => rates.input?.perMillion);
    expect(at('2025-12-31T23:59:59Z')).toEqual([]);
    expect(at('2026-04-30T23:59:59Z')).toEqual(['9']);
    expect(at('2026-05-01T00:00:00Z')).toEqual(['1']);
  });

  it('answers only for the tier that was asked', () => {
    expect(winners([price('gpt-4o', { serviceTier: 'batch' })])).toEqual([]);
    expect(winners([price('gpt-4o', { serviceTier: 'batch' })], question({ serviceTier: 'batch' }))).toEqual([
      ['gpt-4o', null],
    ]);
  });

  it.each([
    ['two from the same day', [price('gpt-4o'), price('GPT-4o')]],
    [
      'one that ends after the next begins',
      [price('gpt-4o', { effectiveTo: '2026-07-01' }), price('gpt-4o', { effectiveFrom: '2026-06-01' })],
    ],
  ])('refuses %s', (_what, prices) => {
    expect(() => buildListedPrices('own', 1, spec(...prices))).toThrow('two prices of');
  });

  it('clashes with another list that prices the same model at the same time', () => {
    const own = buildListedPrices('a', 1, spec(price('gpt-4o', { effectiveTo: '2026-02-01' })));
    const later = buildListedPrices('b', 1, spec(price('gpt-4o', { effectiveFrom: '2026-02-01' })));
    const same = buildListedPrices('b', 1, spec(price('GPT-4O')));
    expect(findClashingPrice(own, later)).toBeNull();
    expect(findClashingPrice(own, same)?.list).toBe('b@1');
  });

  it.each([
    [{ ...price('x'), input: '-1' }],
    [{ ...price('x'), input: undefined, output: undefined }],
    [{ ...price('x'), inptu: '1' }],
  ])('does not take %j', (entry) => {
    expect(TokenPricesSpec.safeParse({ currency: 'USD', source: 's', prices: [entry] }).success).toBe(false);
  });
});
