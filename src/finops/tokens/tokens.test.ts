import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { z } from 'zod';
import type { Application } from '../../main.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { decimal, decimalString, sumDecimals } from '../../platform/units/index.ts';
import { call, catchProblem } from '../../testing/application.ts';
import { isDeep } from '../../testing/deep.ts';
import { quietApplication, sharedQuietApplication } from '../../testing/shared.ts';
import { getTokenPrice, listTokenUsage, recordTokenUsage, type TokenUsage, tokenCostReport } from './schema.ts';

const NOW = Date.parse('2026-11-10T12:00:00Z');

const clock = { now: () => NOW };
const shared = await sharedQuietApplication({ clock });
let application: Application;
/** Each test records usage of a separate run. */
let run = '';
let tests = 0;
beforeEach(() => {
  application = shared;
  tests += 1;
  run = `run-${tests}`;
});

/** A separate application, for tests that apply prices. */
async function ownApplication(): Promise<void> {
  const own = await quietApplication({ clock });
  onTestFinished(() => own[Symbol.asyncDispose]());
  application = own;
}

const list = (name: string, prices: string, currency = 'USD') =>
  `apiVersion: steelyard/v1\nkind: TokenPrices\nmetadata: {name: ${name}}\nspec:\n  currency: ${currency}\n  source: contract 7\n  prices:\n${prices}`;
const HOUSE = list('own', `    - {model: house-*, input: '0.1', output: '0.30', effectiveFrom: 2026-01-01}\n`);
const DISCOUNT = list(
  'own',
  `    - {model: gpt-4o, provider: openai, input: '2.25', output: '9', effectiveFrom: 2026-01-01}\n`,
);

const apply = (...texts: string[]) =>
  call(application, postApply, { body: { documents: texts.map((text, index) => ({ file: `p${index}.yaml`, text })) } });
type Sent = z.input<typeof TokenUsage>;
const usage = ({ usage: id = 'r1', subject = { team: 'search' }, ...change }: Partial<Sent> = {}): Sent => ({
  usage: `${run}:${id}`,
  subject: { run, ...subject },
  model: 'gpt-4o',
  at: '2026-11-02T00:00:00Z',
  inputTokens: 1_000_000,
  outputTokens: 100_000,
  origin: 'test',
  ...change,
});
const record = (...records: Sent[]) => call(application, recordTokenUsage, { body: { records } });
const cost = (query: object = {}) => call(application, tokenCostReport, { query: { run, ...query } });
const listed = (query: object = {}) => call(application, listTokenUsage, { query: { run, ...query } });
const idOf = ({ usage: id }: { usage: string }) => id.slice(run.length + 1);
const priceOf = (query: { model: string; [name: string]: string }) => call(application, getTokenPrice, { query });

describe('the price of a model', () => {
  it('is that of the catalogue, by date, with where it was read', async () => {
    expect(await priceOf({ model: 'o3', at: '2025-06-09T12:00:00Z' })).toMatchObject({
      catalogueModel: 'o3',
      catalogueProvider: 'openai',
      rates: { currency: 'USD', input: { perMillion: '10' } },
      source: expect.stringMatching(/^@pydantic\/genai-prices \d/),
      overridden: [],
    });
    expect(await priceOf({ model: 'o3' })).toMatchObject({
      rates: { input: { perMillion: '2' } },
      effectiveFrom: '2025-06-10',
    });
  });

  it('is your own where you have one; what gave way is shown', async () => {
    await ownApplication();
    await apply(DISCOUNT);
    const price = await priceOf({ model: 'gpt-4o-2024-08-06' });
    expect(price).toMatchObject({ rates: { input: { perMillion: '2.25' } }, source: 'own@1: contract 7' });
    expect(price.overridden).toMatchObject([{ model: 'openai/gpt-4o', rates: { input: { perMillion: '2.5' } } }]);
    expect((await priceOf({ model: 'gpt-4o', at: '2025-12-31T23:59:59Z' })).rates?.input?.perMillion).toBe('2.5');
  });

  it('is null with a reason for a model that nobody knows, and for a tier that nobody prices', async () => {
    await ownApplication();
    expect(await priceOf({ model: 'house-7' })).toMatchObject({
      rates: null,
      source: null,
      reason: expect.stringMatching(
        /^neither your price lists nor @pydantic\/genai-prices [\d.]+ know the model "house-7"$/,
      ),
    });
    expect(await priceOf({ model: 'gpt-4o', serviceTier: 'batch' })).toMatchObject({
      rates: null,
      reason: expect.stringContaining('in the batch tier'),
    });
    await apply(HOUSE);
    expect((await priceOf({ model: 'house-7' })).rates?.output?.perMillion).toBe('0.30');
  });

  it('is in one list only', async () => {
    await ownApplication();
    await apply(DISCOUNT);
    const other = list('other', `    - {model: GPT-4o, provider: openai, input: '1', effectiveFrom: 2026-06-01}\n`);
    expect(await catchProblem(apply(other))).toMatchObject({ code: 'manifest_invalid' });
    expect((await apply(DISCOUNT)).applied).toMatchObject([{ outcome: 'unchanged' }]);
  });
});

describe('token usage', () => {
  it('costs its tokens at the price of its date, cached ones apart', async () => {
    await record(
      usage(),
      usage({ usage: 'r2', cacheReadTokens: 400_000 }),
      usage({ usage: 'r3', model: 'o3', at: '2025-06-09T23:59:59Z' }),
    );
    const { records } = await listed();
    expect(records.map(({ metered, ...row }) => [idOf(row), metered.cost?.amount, metered.catalogueModel])).toEqual([
      ['r2', '3', 'gpt-4o'],
      ['r1', '3.5', 'gpt-4o'],
      ['r3', '14', 'o3'],
    ]);
  });

  it('may be sent again: the same id replaces', async () => {
    await record(usage());
    await record(usage());
    await record(usage({ outputTokens: 0 }));
    expect(await cost()).toMatchObject({
      cost: { amount: '2.5', currency: 'USD' },
      pricedRecords: 1,
      inputTokens: '1000000',
    });
  });

  it('without a price is counted apart, never as zero, until a list has it', async () => {
    await ownApplication();
    await record(usage(), usage({ usage: 'r2', model: 'house-7' }));
    expect(await cost()).toMatchObject({
      cost: { amount: '3.5' },
      pricedRecords: 1,
      unpricedRecords: 1,
      unpricedModels: ['house-7'],
    });
    await apply(HOUSE);
    expect(await cost()).toMatchObject({ cost: { amount: '3.63' }, unpricedRecords: 0, unpricedModels: [] });
  });

  it('of nobody and of only unpriced models costs null', async () => {
    expect(await cost()).toMatchObject({ cost: null, pricedRecords: 0, groups: [] });
    await record(usage({ model: 'house-7' }));
    expect(await cost()).toMatchObject({ cost: null, unpricedRecords: 1 });
  });

  it('adds up by subject and within a time', async () => {
    await record(
      usage(),
      usage({ usage: 'r2', subject: { team: 'ads', environment: 'prod' } }),
      usage({ usage: 'r3', subject: { team: 'ads' }, at: '2026-11-03T00:00:00Z' }),
      usage({ usage: 'r4', subject: {} }),
    );
    const { groups, ...all } = await cost({ by: 'team' });
    expect(all.cost?.amount).toBe('14');
    expect(groups.map(({ value, cost: part, pricedRecords }) => [value, part?.amount, pricedRecords])).toEqual([
      ['ads', '7', 2],
      [null, '3.5', 1],
      ['search', '3.5', 1],
    ]);
    expect((await cost({ team: 'ads', environment: 'prod' })).pricedRecords).toBe(1);
    expect((await cost({ end: '2026-11-03T00:00:00Z' })).pricedRecords).toBe(3);
    expect((await cost({ start: '2026-11-03T00:00:00Z' })).pricedRecords).toBe(1);
  });

  it('of several requests is unpriced where the price depends on the size of each', async () => {
    const many = {
      model: 'claude-sonnet-4-6',
      provider: 'anthropic',
      at: '2026-03-01T00:00:00Z',
      requests: 2,
      outputTokens: 0,
    };
    await record(usage({ ...many, inputTokens: 200_000 }), usage({ ...many, usage: 'r2', inputTokens: 200_001 }));
    const { records } = await listed();
    expect(records.map(({ metered, ...row }) => [idOf(row), metered.cost?.amount ?? metered.reason])).toEqual([
      ['r2', 'the price of "claude-sonnet-4-6" depends on the size of each request; record them one by one'],
      ['r1', '0.6'],
    ]);
  });

  it('comes in pages, latest first', async () => {
    await record(...['a', 'b', 'c'].map((id) => usage({ usage: id })));
    const first = await listed({ pageSize: 2 });
    expect(first.records.map(idOf)).toEqual(['c', 'b']);
    const pageToken = first.nextPageToken ?? '';
    const second = await listed({ pageSize: 2, pageToken });
    expect([second.records.map(idOf), second.nextPageToken]).toEqual([['a'], null]);
  });

  it.each([
    ['more cached than input', { cacheReadTokens: 1_000_001 }, 'invalid_request'],
    ['negative tokens', { outputTokens: -1 }, 'invalid_request'],
    ['half a token', { outputTokens: 0.5 }, 'invalid_request'],
    ['the future', { at: '2026-11-12T00:00:00Z' }, 'token_usage_invalid'],
  ])('refuses %s and stores nothing of the batch', async (_what, change, code) => {
    expect(await catchProblem(record(usage(), usage({ usage: 'r2', ...change })))).toMatchObject({ code });
    expect((await cost()).pricedRecords).toBe(0);
  });

  it('in two currencies is refused, not added', async () => {
    await ownApplication();
    await apply(list('eur', `    - {model: house-7, input: '1', output: '1', effectiveFrom: 2026-01-01}\n`, 'EUR'));
    await record(usage(), usage({ usage: 'r2', model: 'house-7' }));
    expect(await catchProblem(cost())).toMatchObject({ code: 'currency_mismatch' });
  });

  it('totals to the exact sum of its priced records, for any records', async () => {
    const models = ['gpt-4o', 'gpt-4o-mini', 'o3', 'claude-sonnet-4-6', 'nobody-knows', 'deepseek-chat'];
    const random = fc.record({
      model: fc.constantFrom(...models),
      team: fc.constantFrom('a', 'b', undefined),
      inputTokens: fc.integer({ min: 0, max: 2_000_000 }),
      outputTokens: fc.integer({ min: 0, max: 500_000 }),
      cachedShare: fc.integer({ min: 0, max: 1000 }),
      minutes: fc.integer({ min: 0, max: 900_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(random, { minLength: 1, maxLength: 25 }), fc.uuid(), async (drawn, batch) => {
        const records = drawn.map(({ team, cachedShare, minutes, ...row }, index) =>
          usage({
            ...row,
            usage: `${batch}:${index}`,
            subject: { run: batch, ...(team === undefined ? {} : { team }) },
            cacheReadTokens: Math.floor((row.inputTokens * cachedShare) / 1000),
            at: new Date(NOW - minutes * 60_000).toISOString(),
          }),
        );
        await record(...records);
        const { groups, ...total } = await cost({ run: batch, by: 'team' });
        const { records: found } = await listed({ run: batch });
        const costs = found.flatMap(({ metered }) => (metered.cost === null ? [] : [metered.cost.amount]));
        expect(total.cost?.amount ?? null).toBe(costs.length === 0 ? null : sumDecimals(costs));
        expect(total.unpricedRecords).toBe(drawn.filter(({ model }) => model === 'nobody-knows').length);
        expect(total.pricedRecords + total.unpricedRecords).toBe(drawn.length);
        const parts = groups.flatMap((group) => (group.cost === null ? [] : [group.cost.amount]));
        expect(sumDecimals(parts)).toBe(total.cost?.amount ?? '0');
        const input = drawn.reduce((sum, { inputTokens }) => sum.plus(inputTokens), decimal(0));
        expect(total.inputTokens).toBe(decimalString(input));
      }),
      { numRuns: isDeep ? 25 : 3 },
    );
  });
});
