import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Ended,
  golden,
  normalised,
  type ServedFolder,
  serveFolder,
  steelyard,
  temporaryFolder,
} from './testing.ts';

const folder = temporaryFolder();
let server: ServedFolder;
beforeAll(async () => {
  server = await serveFolder();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function put(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function expectGolden(name: string, ended: Ended): void {
  const version = /genai-prices \d+\.\d+\.\d+/g;
  const text = normalised(ended, [folder, server.data]).replaceAll(version, 'genai-prices <version>');
  const { actual, expected } = golden(name, text);
  expect(actual).toBe(expected);
}

const trace = (...rows: string[]) => ['model,in,out,cached', ...rows, ''].join('\n');
const columns = ['--input-column', 'in', '--output-column', 'out'];
const prices = ['--input-price', '2.50', '--output-price', '10.00'];
/** No server listens here, so a command that needs one fails. */
const alone = { STEELYARD_URL: 'http://127.0.0.1:1' };
const priced = (path: string, ...more: string[]) => steelyard(['tokens', 'price', path, ...columns, ...more], alone);
const json = ({ out }: Ended) => JSON.parse(out) as Record<string, unknown>;

describe('the price of a file of tokens', () => {
  it('needs no server when prices are given', async () => {
    const path = put('trace.csv', trace('gpt-4o,1000,100,400', 'gpt-4o,2000,0,0'));
    expectGolden('tokens-price', await priced(path, ...prices));
    const ended = await priced(path, ...prices, '--json', '--cached-column', 'cached', '--cached-price', '1.25');
    expectGolden('tokens-price-json', ended);
  });

  it('prices cached tokens like input without a price of their own', async () => {
    const path = put('cached.csv', trace('m,1000,100,400'));
    const { cost } = json(await priced(path, ...prices, '--json', '--cached-column', 'cached'));
    expect(cost).toEqual({ amount: '0.0035', currency: 'USD' });
  });

  it('is that of a model at a date', async () => {
    const path = put('o3.csv', trace('o3,1000000,1000000,0'));
    const at = async (date: string) =>
      json(await server.run('tokens', 'price', path, ...columns, '--model', 'o3', '--at', date, '--json')).cost;
    expect(await at('2025-06-09')).toEqual({ amount: '50', currency: 'USD' });
    expect(await at('2025-06-10')).toEqual({ amount: '10', currency: 'USD' });
  });

  it('is that of each row, with your own prices before the catalogue and unknown models apart', async () => {
    const yaml = `apiVersion: steelyard/v1
kind: TokenPrices
metadata: {name: house}
spec:
  currency: USD
  source: own cluster
  prices: [{model: 'house-*', input: '0.1', output: '0.2', effectiveFrom: 2026-01-01}]
`;
    expect(await server.run('apply', '-f', put('prices.yaml', yaml))).toMatchObject({ code: 0 });
    const rows = ['gpt-4o,1000000,0,0', 'gpt-4o,1000000,0,0', 'house-7,1000000,1000000,0', 'nobody,5,5,0'];
    const path = put('mixed.csv', trace(...rows));
    const words = ['tokens', 'price', path, ...columns, '--model-column', 'model', '--at', '2026-09-01'];
    expectGolden('tokens-price-models', await server.run(...words));
    expect(json(await server.run(...words, '--json'))).toMatchObject({ rows: 4, unpriced: 1, cost: { amount: '5.3' } });
  });

  it('is shown with where it was read and what gave way', async () => {
    await using own = await serveFolder();
    const yaml = `apiVersion: steelyard/v1
kind: TokenPrices
metadata: {name: contract}
spec:
  currency: USD
  source: annex 3
  prices: [{model: 'claude-sonnet-4-6', input: '2.7', output: '13.5', effectiveFrom: 2026-01-01}]
`;
    await own.run('apply', '-f', put('contract.yaml', yaml));
    expectGolden('tokens-rates', await own.run('tokens', 'rates', 'claude-sonnet-4-6', '--at', '2026-03-01'));
    const unknown = await own.run('tokens', 'rates', 'nobody', '--json');
    expect(json(unknown)).toMatchObject({ rates: null, reason: expect.stringContaining('"nobody"') });
  });

  it('is null, never zero, when nobody knows the model', async () => {
    const path = put('unknown.csv', trace('x,10,10,0'));
    const ended = await server.run('tokens', 'price', path, ...columns, '--model', 'nobody', '--json');
    expect(json(ended)).toMatchObject({ rows: 1, inputTokens: 10, cost: null, unpriced: 1 });
  });

  it('prices each row by its own size', async () => {
    const path = put('sizes.csv', trace('m,200000,0,0', 'm,200001,0,0'));
    const words = ['--model', 'claude-sonnet-4-6', '--provider', 'anthropic', '--at', '2026-03-01', '--json'];
    expect(json(await server.run('tokens', 'price', path, ...columns, ...words))).toMatchObject({
      cost: { amount: '1.800006' },
    });
  });

  it('reads gzip, quotes, other delimiters, a byte-order mark, CRLF and empty lines', async () => {
    const cost = async (name: string, content: string | Buffer) =>
      json(await priced(put(name, content), ...prices, '--json')).cost;
    const expected = { amount: '0.0035', currency: 'USD' };
    expect(await cost('a.csv.gz', gzipSync(trace('m,1000,100,0')))).toEqual(expected);
    expect(await cost('b.csv', '\uFEFF"in";"out"\r\n"1000";" 100 "\r\n\r\n')).toEqual(expected);
    expect(await cost('c.csv', 'note\tin\tout\n"two\nlines, ""quoted"""\t1000\t100')).toEqual(expected);
  });

  it('of a file with a header alone is zero: there is nothing in it', async () => {
    expect(json(await priced(put('none.csv', trace()), ...prices, '--json'))).toMatchObject({
      rows: 0,
      cost: { amount: '0' },
    });
  });

  it('stays exact beyond what a number holds', async () => {
    const rows = Array.from({ length: 20 }, () => 'm,999999999999999999,0,0');
    const result = json(await priced(put('huge.csv', trace(...rows)), ...prices, '--json'));
    expect(result).toMatchObject({ inputTokens: '19999999999999999980', cost: { amount: '49999999999999.99995' } });
  });
});

describe('bad input to the price of tokens', () => {
  const cases: readonly (readonly [what: string, name: string, content: string | Buffer | null, sentence: string])[] = [
    ['a missing file', 'absent.csv', null, 'error[file_not_found]'],
    ['an empty file', 'empty.csv', '', 'error[file_empty]'],
    ['only empty lines', 'blank.csv', '\n\n', 'error[file_empty]'],
    ['a missing column', 'column.csv', 'In,out\n1,2\n', 'line 1: there is no column "in". Did you mean "In"?'],
    ['an empty count', 'gap.csv', 'in,out\n1,2\n,2\n', 'line 3, column in: "" is no number of tokens: write 0'],
    ['a negative count', 'minus.csv', 'in,out\n1,-2\n', 'line 2, column out: "-2" is negative'],
    ['half a token', 'half.csv', 'in,out\n1.5,2\n', 'line 2, column in: "1.5" is no whole number'],
    ['a word', 'word.csv', 'in,out\n"a\nb",2\n', 'line 3, column in'],
    ['a row with too few fields', 'short.csv', 'in,out\n1,2\n3\n', 'error[csv_malformed]'],
    [
      'a quote that never ends',
      'quote.csv',
      'in,out\n1,2\n"3,4\n',
      'a quoted field never ends; the file may be cut off',
    ],
    ['a truncated gzip', 'cut.csv.gz', gzipSync(trace('m,1,2,0')).subarray(0, -9), 'error[file_truncated]'],
    ['UTF-16', 'wide.csv', Buffer.from('in,out\n1,2\n', 'utf16le'), 'error[file_not_utf8]'],
    ['Latin-1', 'latin.csv', Buffer.from('in,out,note\n1,2,caf\xe9\n', 'latin1'), 'error[file_not_utf8]'],
  ];
  it.each(cases)(
    'refuses %s with exit 1 and a sentence that names the file',
    async (_what, name, content, sentence) => {
      const path = content === null ? join(folder, name) : put(name, content);
      const { code, err, out } = await priced(path, ...prices);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toContain(sentence);
      expect(err).toContain(name);
    },
  );

  it('refuses more cached tokens than input', async () => {
    const path = put('more.csv', trace('m,10,1,11'));
    expect((await priced(path, ...prices, '--cached-column', 'cached')).err).toContain(
      'line 2, column cached: 11 tokens are cached',
    );
  });

  it.each([
    ['neither model nor prices', [], 'needs --model MODEL, --model-column COLUMN, or --input-price and --output-price'],
    ['both', [...prices, '--model', 'o3'], 'takes either a model or prices, not both'],
    ['half of the prices', ['--input-price', '1'], 'needs --input-price and --output-price together'],
    ['a cached price without its column', [...prices, '--cached-price', '1'], 'needs --cached-column'],
    ['a price that is none', ['--input-price', '1e3', '--output-price', '1'], 'cannot take --input-price "1e3"'],
    ['a date that is none', ['--model', 'o3', '--at', '2026-02-30'], 'cannot take --at "2026-02-30"'],
  ])('refuses %s as wrong use', async (_what, words, sentence) => {
    const { code, err } = await priced(put('use.csv', trace('m,1,2,0')), ...words);
    expect(code).toBe(2);
    expect(err).toContain(sentence);
  });
});

const HEADER =
  'BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ServiceProviderName,ServiceName,SkuMeter,PricingUnit,PricingQuantity';
const at = '2026-09-01T00:00:00Z,2026-09-02T00:00:00Z';
const BILL = [
  HEADER,
  `3.25,3.25,USD,${at},AWS,Claude Sonnet 4.6 (Amazon Bedrock Edition),USE1-MP:USE1_InputTokenCount_Global-Units,Units,1`,
  `0.06,0.06,USD,${at},AWS,Amazon Bedrock,USE1-NovaLite-input-tokens,1K tokens,1000`,
  `0.75,0.75,USD,${at},AWS,Amazon Bedrock,USE1-Guardrail-ContentPolicyUnitsConsumed,Units,5`,
  '',
].join('\n');

describe('catalogue against bill', () => {
  it('says what to do first when there is none', async () => {
    await using empty = await serveFolder();
    expect((await empty.run('tokens', 'bill')).err).toContain('No bill has rows of an AI service.');
  });

  it('is shown as text, JSON and CSV', async () => {
    await using own = await serveFolder();
    await own.run('bill', 'import', put('bill.csv', BILL), '--source', 'aws');
    expectGolden('tokens-bill', await own.run('tokens', 'bill', '--period', '2026-09'));
    expectGolden('tokens-bill-csv', await own.run('tokens', 'bill', '--csv'));
    expect(json(await own.run('tokens', 'bill', '--json'))).toMatchObject({
      totals: [{ currency: 'USD', tokenCost: '3.31', catalogueCost: '3.06', unclassifiedCost: '0.75' }],
    });
  });
});

const shared = join(import.meta.dirname, '../../shared/data');
const AZURE = join(shared, 'llm/AzureLLMInferenceTrace_code_2023.csv');

describe.skipIf(!existsSync(AZURE))('a public trace of requests (skipped without ../shared)', () => {
  it('of 8,819 requests costs exactly 47.608895 at 2.50 and 10.00', async () => {
    const words = ['--input-column', 'ContextTokens', '--output-column', 'GeneratedTokens', ...prices, '--json'];
    expect(json(await steelyard(['tokens', 'price', AZURE, ...words], alone))).toEqual({
      rows: 8819,
      inputTokens: 18_059_974,
      outputTokens: 245_896,
      cost: { amount: '47.608895', currency: 'USD' },
      unpriced: 0,
    });
  });
});
