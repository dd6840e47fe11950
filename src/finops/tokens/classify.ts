import type { Catalogue, CatalogueModel } from './catalogue.ts';
import { findAzureModel, findBedrockModel, findStatedModel } from './catalogue-name.ts';
import {
  findDirection,
  findGeography,
  findOtherKind,
  findTier,
  isLongContext,
  nameBeforeMarkers,
  splitWords,
} from './meter-words.ts';
import type { TokenDirection } from './rates/schema.ts';
import type { BilledTokens, ServiceTier } from './schema.ts';
import { findTokensPerUnit, type UnitText } from './token-unit.ts';

/** The columns of a bill row that can identify its usage. A field that the bill lacks is null. */
export interface MeterText extends UnitText {
  readonly provider: string | null;
  readonly service: string | null;
  /** Product, in addition to the service: `Claude Sonnet 4.6 (Amazon Bedrock Edition)`, `Azure OpenAI GPT5`. */
  readonly product: string | null;
  /** FOCUS `SkuPriceDetails`, a JSON object; 1.5 names ModelId, ModelFamily and ModelVersion in it. */
  readonly skuPriceDetails: string | null;
}

/** Token facts from the text of a bill row. */
export interface TokenMeter {
  /** As the bill writes it. */
  readonly model: string;
  readonly catalogueModel: CatalogueModel | null;
  readonly direction: TokenDirection;
  /** 1, 1,000 or 1,000,000 in all bills seen. */
  readonly tokensPerUnit: number;
  readonly serviceTier: ServiceTier;
  /** Null if the text states none. */
  readonly geography: BilledTokens['geography'];
  readonly longContext: boolean;
}

export type Classification =
  | { readonly meter: TokenMeter; readonly reason: null }
  | { readonly meter: null; readonly reason: string };

type Family = 'bedrock' | 'azure' | 'other';

/**
 * Model, direction and unit of a bill row from its text, or why it is no tokens of a model. Pure; the few distinct texts
 * of a bill are classified once each.
 * Example: `USE1-NovaLite-input-tokens-batch` in `1K tokens` -> NovaLite, input, 1,000 tokens a unit, batch, regional.
 */
export function classifyTokenMeter(text: MeterText, catalogue: Catalogue): Classification {
  const family = findFamily(text);
  const details = parseDetails(text.skuPriceDetails);
  const meterWords = splitWords(text.meter ?? '');
  const words = findDirection(meterWords) === null ? [...meterWords, ...listDescribedWords(text)] : meterWords;
  const otherKind = findOtherKind(words);
  if (otherKind !== null) return createUnclassified(`it is about "${otherKind}", not tokens of text`);
  const direction = findDirection(words);
  if (direction === null) return createUnclassified('its text does not say whether tokens went in or out');
  const unit = findTokensPerUnit(text, family === 'bedrock');
  if (unit.tokensPerUnit === null) return createUnclassified(unit.reason);
  const model = details.model ?? findWrittenModel(text, family);
  if (model === null) return createUnclassified('its text names no model');
  const geography = findGeography(words) ?? (family === 'bedrock' ? 'regional' : null);
  return {
    meter: {
      model,
      catalogueModel: findCatalogueModel(catalogue, { text, family, model, stated: details.model !== null, geography }),
      direction,
      tokensPerUnit: unit.tokensPerUnit,
      serviceTier: findTier(meterWords),
      geography,
      longContext: isLongContext(meterWords),
    },
    reason: null,
  };
}

function createUnclassified(reason: string): Classification {
  return { meter: null, reason };
}

function findFamily({ provider, service, product, meter }: MeterText): Family {
  const said = [provider, service, product, meter].join(' ').toLowerCase();
  if (said.includes('bedrock') || /\bmp:[a-z0-9]+_/.test(said)) return 'bedrock';
  return /microsoft|azure|foundry|cognitive services/.test(said) ? 'azure' : 'other';
}

/** Prose has words that mean something else in a meter's name (`in US East`), so only the unmistakable count. */
function listDescribedWords({ description }: MeterText): string[] {
  return splitWords(description ?? '').filter(
    (word) => word !== 'in' && word !== 'out' && word !== 'opt' && word !== 'response',
  );
}

function parseDetails(json: string | null): { readonly model: string | null } {
  const details = parseJsonObject(json);
  const text = (key: string) => {
    const value = details[key] ?? details[`x_${key}`];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
  };
  const family = text('ModelFamily');
  const version = text('ModelVersion');
  return { model: text('ModelId') ?? (family === null || version === null ? family : `${family} ${version}`) };
}

function parseJsonObject(json: string | null): Readonly<Record<string, unknown>> {
  if (json === null) return {};
  try {
    const parsed: unknown = JSON.parse(json);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {}; // invalid JSON names no model; the other columns still may
  }
}

/** The model as written in the row's text, or null. */
function findWrittenModel({ meter, product, service }: MeterText, family: Family): string | null {
  const marketplace = parseBedrockEdition(product) ?? parseBedrockEdition(service);
  if (marketplace !== null) return marketplace;
  const usage = family === 'bedrock' ? dropRegion(meter ?? '') : (meter ?? '');
  const name = nameBeforeMarkers(usage);
  return name === '' ? null : name;
}

const EDITION = '(amazon bedrock edition)';

/** `Claude Sonnet 4.6 (Amazon Bedrock Edition)` -> `Claude Sonnet 4.6`; null for any other product. */
function parseBedrockEdition(product: string | null): string | null {
  const name = product?.slice(0, Math.max(0, product.toLowerCase().indexOf(EDITION))).trim() ?? '';
  return name === '' ? null : name;
}

/** `USE1-NovaLite-…` and `USE1-MP:USE1_InputTokenCount-Units` without their region codes. */
function dropRegion(usageType: string): string {
  return usageType.replace(/^(?:[A-Z]{2,4}\d?[-_])?(?:MP:)?(?:[A-Z]{3,4}\d_)?/, '');
}

interface Written {
  readonly text: MeterText;
  readonly family: Family;
  readonly model: string;
  /** Whether a separate column states the model. */
  readonly stated: boolean;
  readonly geography: BilledTokens['geography'];
}

function findCatalogueModel(
  catalogue: Catalogue,
  { text, family, model, stated, geography }: Written,
): CatalogueModel | null {
  if (family === 'bedrock') return findBedrockModel(catalogue, model, geography);
  if (family === 'azure') return isOtherVendor(text, model) ? null : findAzureModel(catalogue, model);
  return stated
    ? findStatedModel(catalogue, model, [text.provider, text.service])
    : findStatedModel(catalogue, model, []);
}

/** A bare version (`4.6 Outp DZ`) is a GPT only with a product that names GPT, or without a product. */
function isOtherVendor({ product }: MeterText, model: string): boolean {
  return /^\d/.test(model) && product !== null && !/gpt|openai/i.test(product);
}
