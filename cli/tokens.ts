import { type TokenRates, toFlatRate } from '../src/finops/tokens/rates/schema.ts';
import { getTokenPrice, type TokenPrice } from '../src/finops/tokens/schema.ts';
import { Currency, DecimalString, formatPriceText, sumDecimals } from '../src/platform/units/schema.ts';
import { command, type InputOf } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { counted, formatAmount, formatCount } from './output/amounts.ts';
import { createProgress } from './output/progress.ts';
import { facts, table } from './output/table.ts';
import { tokenBillCommand } from './token-bill.ts';
import { tokenRows } from './token-file.ts';
import { AtInstant, tokenRatesCommand } from './token-rates.ts';
import { addRequest, costOfSums, type TokenSums, tokenSums, totalTokens } from './token-sums.ts';

const Price = DecimalString.refine((text) => !text.startsWith('-'), 'zero or more');
const priceOptions = {
  inputColumn: { value: 'COLUMN', required: true, describe: 'Column of input tokens, cached ones included' },
  outputColumn: { value: 'COLUMN', required: true, describe: 'Column of output tokens' },
  cachedColumn: { value: 'COLUMN', describe: 'Column of input tokens that were read from a cache' },
  model: { value: 'MODEL', describe: 'Model of all rows; its price is your own, otherwise from the catalogue' },
  modelColumn: { value: 'COLUMN', describe: 'Column of models, where rows differ' },
  provider: { value: 'NAME', describe: 'Provider of the models: openai, anthropic, aws, azure, google…' },
  at: { value: 'DATE', schema: AtInstant, describe: 'Price of this day or instant, UTC; now by default' },
  inputPrice: { value: 'PRICE', schema: Price, describe: 'Price of 1,000,000 input tokens, instead of a model' },
  outputPrice: { value: 'PRICE', schema: Price, describe: 'Price of 1,000,000 output tokens' },
  cachedPrice: {
    value: 'PRICE',
    schema: Price,
    describe: 'Price of 1,000,000 cached tokens; the input price by default',
  },
  currency: { value: 'CODE', schema: Currency, fallback: 'USD', describe: 'Currency of the prices given' },
} as const;

type PriceInput = InputOf<{ file: { describe: string } }, typeof priceOptions>;

const priceCommand = command({
  path: ['tokens', 'price'],
  summary: 'Price the tokens of a CSV file by a model or by given prices',
  example: `steelyard tokens price trace.csv --input-column ContextTokens --output-column GeneratedTokens --model gpt-4o --at 2026-10-01
steelyard tokens price trace.csv --input-column in --output-column out --input-price 2.50 --output-price 10.00 --json`,
  needs: 'server',
  positionals: { file: { describe: 'A CSV or CSV.gz file with a header; one request a row' } },
  options: priceOptions,
  run: async (context, input) => {
    const priced = createPricing(context, input);
    const progress = createProgress(context.io.err, context.globals.json);
    const parts = new Map<string, Part>();
    try {
      const onBytes = (bytes: number) => progress.show(`Reading ${input.file} (${formatCount(bytes)} bytes)`, null);
      for await (const { model, tokens } of tokenRows(input.file, input, onBytes)) {
        const name = model ?? input.model ?? '';
        let part = parts.get(name);
        if (part === undefined) {
          part = await priced(name);
          parts.set(name, part);
        }
        addRequest(part.sums, tokens);
      }
      // A file without rows still names the price that applies to it.
      if (parts.size === 0 && input.modelColumn === undefined) parts.set('', await priced(input.model ?? ''));
    } finally {
      await progress.clear();
    }
    const result = sumParts([...parts.values()], input);
    await context.answer(result, () => resultText(result, context));
    return 0;
  },
});

/** Rows of one model with its price. */
interface Part {
  readonly model: string | null;
  readonly price: TokenPrice | null;
  readonly sums: TokenSums;
}

/** Looks up the price of a model once. Prices from options need no server. Errors: `usage`. */
function createPricing(context: Context, input: PriceInput): (model: string) => Promise<Part> {
  const ownRates = readRates(input);
  if (ownRates !== null) return async () => ({ model: null, price: null, sums: tokenSums(ownRates) });
  const at = input.at ?? new Date().toISOString();
  return async (model) => {
    const client = await context.client();
    const price = await client.call(getTokenPrice, { query: { model, provider: input.provider, at } });
    return { model, price, sums: tokenSums(price.rates) };
  };
}

function readRates(input: PriceInput): TokenRates | null {
  const { inputPrice, outputPrice, cachedPrice = null } = input;
  const isGiven = inputPrice !== undefined || outputPrice !== undefined || cachedPrice !== null;
  const byModel = [input.model, input.modelColumn].filter((name) => name !== undefined).length;
  if (isGiven && byModel > 0) throw wrongUse('takes either a model or prices, not both');
  if (byModel > 1) throw wrongUse('takes either --model or --model-column, not both');
  if (!isGiven && byModel === 0)
    throw wrongUse('needs --model MODEL, --model-column COLUMN, or --input-price and --output-price');
  if (!isGiven) return null;
  if (inputPrice === undefined || outputPrice === undefined)
    throw wrongUse('needs --input-price and --output-price together');
  if (cachedPrice !== null && input.cachedColumn === undefined)
    throw wrongUse('needs --cached-column with --cached-price');
  const none = { cacheWrite: null, cacheWrite1h: null, perThousandRequests: null };
  const [fresh, output, cacheRead] = [toFlatRate(inputPrice), toFlatRate(outputPrice), toFlatRate(cachedPrice)];
  return { currency: input.currency, input: fresh, output, cacheRead, ...none };
}

function wrongUse(what: string): CommandError {
  return new CommandError('usage', `"steelyard tokens price" ${what}. See "steelyard tokens price --help".`);
}

function sumParts(parts: readonly Part[], input: PriceInput) {
  const models = parts.filter((part) => part.model !== null).map(modelResult);
  const priced = parts.map((part) => ({ part, cost: costOfSums(part.sums) }));
  const amounts = priced.flatMap(({ cost }) => (cost.amount === null ? [] : [cost.amount]));
  const unpriced = priced.filter(({ cost }) => cost.amount === null).map(({ part }) => part.sums);
  const { rows, inputTokens, outputTokens, cachedTokens } = totalTokens(parts.map(({ sums }) => sums));
  const currency = oneCurrency(parts);
  const nothingPriced = amounts.length === 0 || currency === null;
  return {
    rows,
    inputTokens: exactNumber(inputTokens),
    outputTokens: exactNumber(outputTokens),
    ...(input.cachedColumn === undefined ? {} : { cachedTokens: exactNumber(cachedTokens) }),
    cost: nothingPriced ? null : { amount: sumDecimals(amounts), currency },
    unpriced: totalTokens(unpriced).rows,
    ...(models.length === 0 ? {} : { models: models.toSorted((a, b) => b.rows - a.rows) }),
  };
}

function modelResult({ model, price, sums }: Part) {
  const { rows, inputTokens, outputTokens } = totalTokens([sums]);
  const { amount, reason } = costOfSums(sums);
  const currency = sums.rates?.currency ?? null;
  return {
    model,
    catalogueModel: price?.catalogueModel ?? null,
    rows,
    inputTokens: exactNumber(inputTokens),
    outputTokens: exactNumber(outputTokens),
    cost: amount === null || currency === null ? null : { amount, currency },
    reason: reason ?? price?.reason ?? null,
    priceSource: price?.source ?? null,
    effectiveFrom: price?.effectiveFrom ?? null,
  };
}

/** Errors: `currency_mismatch`. */
function oneCurrency(parts: readonly Part[]): string | null {
  const currencies = [...new Set(parts.flatMap(({ sums }) => (sums.rates === null ? [] : [sums.rates.currency])))];
  if (currencies.length < 2) return currencies[0] ?? null;
  const detail = `The prices of these models are in ${currencies.join(' and ')}; one sum needs one currency. Price the models apart.`;
  throw new CommandError('currency_mismatch', detail, { currencies });
}

/** A number where JSON's readers keep it exact, else its digits as text. */
function exactNumber(count: bigint): number | string {
  return count <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(count) : count.toString();
}

type Result = ReturnType<typeof sumParts>;

function resultText(result: Result, { paint }: Context): string {
  const { cost, models = [] } = result;
  const total = facts(
    [
      ['rows', formatCount(result.rows)],
      ['input tokens', formatTokens(result.inputTokens)],
      ['output tokens', formatTokens(result.outputTokens)],
      ...(result.cachedTokens === undefined ? [] : [['of them cached', formatTokens(result.cachedTokens)] as const]),
      ['cost', cost === null ? null : formatPriceText(cost)],
    ],
    paint,
  );
  const unpriced =
    result.unpriced === 0 ? [] : [paint.waiting(`Unpriced, and not in the cost: ${counted(result.unpriced, 'row')}.`)];
  return [total, ...unpriced, ...(models.length === 0 ? [] : ['', modelsTable(models, paint)])].join('\n');
}

function modelsTable(models: NonNullable<Result['models']>, paint: Context['paint']): string {
  return table(
    models,
    [
      { title: 'MODEL', cell: ({ model }) => model },
      { title: 'ROWS', align: 'right', cell: ({ rows }) => formatCount(rows) },
      { title: 'INPUT', align: 'right', cell: ({ inputTokens }) => formatTokens(inputTokens) },
      { title: 'OUTPUT', align: 'right', cell: ({ outputTokens }) => formatTokens(outputTokens) },
      { title: 'COST', align: 'decimal', cell: ({ cost }) => (cost === null ? null : formatAmount(cost.amount)) },
      {
        title: 'PRICE FROM',
        cell: ({ priceSource, effectiveFrom, reason }) => reason ?? dated(priceSource, effectiveFrom),
      },
    ],
    paint,
  );
}

function dated(source: string | null, effectiveFrom: string | null): string | null {
  return source === null || effectiveFrom === null ? source : `${source} (from ${effectiveFrom.slice(0, 10)})`;
}

function formatTokens(count: number | string): string {
  return formatAmount(String(count)).replace(/\.00$/, '');
}

export const tokenCommands = [priceCommand, tokenRatesCommand, tokenBillCommand];
