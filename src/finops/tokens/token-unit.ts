/** Text of a bill row about the unit of its quantity. */
export interface UnitText {
  readonly pricingUnit: string | null;
  /** Unit as written by the provider, in addition to the FOCUS unit: `1K`, `1M` (Azure `x_PricingUnitDescription`, `UnitOfMeasure`). */
  readonly unitDescription: string | null;
  /** Number of units in one priced block (Azure `x_PricingBlockSize`). */
  readonly blockSize: string | null;
  readonly meter: string | null;
  readonly description: string | null;
}

/** Number of tokens in one unit, or the reason why it is unknown. */
export type TokensPerUnit =
  | { readonly tokensPerUnit: number; readonly reason: null }
  | { readonly tokensPerUnit: null; readonly reason: string };

const multiples: Readonly<Record<string, number>> = {
  '': 1,
  k: 1_000,
  thousand: 1_000,
  m: 1_000_000,
  million: 1_000_000,
};
const BEDROCK_UNIT = 1_000_000;
const BLOCKS: ReadonlySet<number> = new Set([1, 1_000, 1_000_000]);

/**
 * Number of tokens in one unit of a quantity. The unit column has precedence over the meter's name. The unit "Units" is a
 * trap: on a Bedrock bill of the AWS Marketplace it means a million tokens, while the same bill counts Amazon's own models
 * in units of "1K tokens" (AWS's CUDOS dashboard reads both so). On other bills "Units" has no meaning, and the block size
 * or the meter's name decides.
 * Examples: `1K tokens` -> 1,000; `Million Input Tokens` -> 1,000,000; `Units` of `5.4 inp Gl 1M Tokens` -> 1,000,000.
 */
export function findTokensPerUnit(text: UnitText, isBedrock: boolean): TokensPerUnit {
  const { pricingUnit, unitDescription, blockSize, meter, description } = text;
  const stated = [pricingUnit, unitDescription].filter((unit) => unit !== null);
  for (const unit of stated) {
    const tokens = parseStatedTokens(unit);
    if (tokens !== null) return { tokensPerUnit: tokens, reason: null };
    if (!isUnspecific(unit))
      return { tokensPerUnit: null, reason: `its unit is "${unit}", which is no number of tokens` };
  }
  const said =
    parseBlock(blockSize) ??
    parseNamedTokens(parseMarketplaceUnit(description)) ??
    parseNamedTokens(meter) ??
    parseNamedTokens(description);
  if (said !== null) return { tokensPerUnit: said, reason: null };
  if (isBedrock && pricingUnit !== null) return { tokensPerUnit: BEDROCK_UNIT, reason: null };
  const unit = pricingUnit === null ? 'it has no unit' : `its unit is "${pricingUnit}"`;
  return {
    tokensPerUnit: null,
    reason: `${unit}, and neither the meter nor the description says how many tokens that is`,
  };
}

/** `1K tokens`, `1000 Tokens`, `Million Input Tokens`, `1M`; null for anything that is not wholly that. */
function parseStatedTokens(unit: string): number | null {
  const shape = /^(?<count>\d[\d,]*)?\s*(?<multiple>k|m|thousand|million)?\s*(?<rest>[a-z\s-]*)$/i.exec(unit.trim());
  if (shape?.groups === undefined) return null;
  const { count, multiple = '', rest = '' } = shape.groups;
  const isTokens = /^(?:[a-z-]+\s+){0,3}tokens?$/i.test(rest.trim());
  const isBareMultiple = rest.trim() === '' && multiple !== '';
  if (!isTokens && !isBareMultiple) return null;
  if (/\b(?:hours?|minutes?|months?)\b/i.test(rest)) return null;
  return parseTokenNumber(count, multiple);
}

function isUnspecific(unit: string): boolean {
  return /^\s*(?:1\s*)?(?:units?|count|quantity|each|)\s*$/i.test(unit);
}

function parseBlock(size: string | null): number | null {
  const number = size === null || size.trim() === '' ? Number.NaN : Number(size);
  return number !== 1 && BLOCKS.has(number) ? number : null;
}

/** `AWS Marketplace software usage|us-east-1|Million Input Tokens`: the third part is the unit. */
function parseMarketplaceUnit(description: string | null): string | null {
  return description?.split('|')[2] ?? null;
}

/** `5.4 inp Gl 1M Tokens` -> 1,000,000; `per 1K tokens` -> 1,000; `per million input tokens` -> 1,000,000. */
function parseNamedTokens(text: string | null): number | null {
  const named =
    /\b(?:(?<count>\d[\d,]*)\s*)?(?<multiple>k|m|thousand|million)\b[\s-]+(?:[a-z-]+\s+){0,3}?tokens?\b/i.exec(
      text ?? '',
    );
  if (named?.groups === undefined) return null;
  const { count, multiple = '' } = named.groups;
  if (count === undefined && multiple.length === 1) return null;
  return parseTokenNumber(count, multiple);
}

/** `1,000` and `k` -> 1,000,000; null if the result is not a positive safe integer. */
function parseTokenNumber(count: string | undefined, multiple: string): number | null {
  const tokens = Number((count ?? '1').replaceAll(',', '')) * (multiples[multiple.toLowerCase()] ?? 1);
  return Number.isSafeInteger(tokens) && tokens > 0 ? tokens : null;
}
