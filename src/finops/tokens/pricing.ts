import type { Catalogue, CatalogueModel, CataloguePrice } from './catalogue.ts';
import { findMatchingPrices, type ListedPrice } from './price-list.ts';
import type { TokenRates } from './rates/schema.ts';
import type { ServiceTier, TokenPrice } from './schema.ts';
import { SELF_HOSTED } from './served-usage.ts';

/** A model at an instant, as usage and bills name it. */
export interface PricedModel {
  readonly model: string;
  readonly provider: string | null;
  readonly serviceTier: ServiceTier;
  /** Unix milliseconds. */
  readonly at: number;
  /** The catalogue's model, if already known; looked up by name if left out. */
  readonly catalogueModel?: CatalogueModel | null;
}

/** Returns the price of a model, from one state of the price lists and one version of the catalogue. */
export type PriceOf = (wanted: PricedModel) => TokenPrice;

/**
 * Uses your own price first, then the catalogue's list price. Without either, it returns no price and a reason. The
 * catalogue prices the standard tier only. Matching prices with a lower precedence are returned as `overridden`, so that a
 * conflict is visible.
 */
export function createPricing(listed: readonly ListedPrice[], catalogue: Catalogue): PriceOf {
  const ownServed = listed.filter(({ provider }) => isSelfHosted(provider));
  return (wanted) => {
    if (isSelfHosted(wanted.provider)) return priceSelfHosted(ownServed, wanted);
    const known = wanted.catalogueModel === undefined ? find(catalogue, wanted) : wanted.catalogueModel;
    const own = findMatchingPrices(listed, {
      names: known === null ? [wanted.model] : [wanted.model, known.model],
      providers: [wanted.provider, known?.provider ?? null].filter((name) => name !== null),
      serviceTier: wanted.serviceTier,
      at: wanted.at,
    });
    const isStandard = wanted.serviceTier === 'standard';
    const list = known === null || !isStandard ? null : catalogue.price(known, wanted.at);
    const candidates = [...own.map(listToCandidate), ...(list === null ? [] : [catalogueToCandidate(list, known)])];
    const [held, ...overridden] = candidates;
    const about = {
      model: wanted.model,
      catalogueModel: known?.model ?? null,
      catalogueProvider: known?.provider ?? null,
    };
    if (held === undefined) {
      const reason = known === null ? explainUnknownModel(wanted, catalogue) : explainNoPrice(wanted, catalogue);
      return { ...about, rates: null, reason, source: null, effectiveFrom: null, overridden: [] };
    }
    return {
      ...about,
      rates: held.rates,
      reason: null,
      source: held.source,
      effectiveFrom: held.effectiveFrom,
      overridden: overridden.map(({ source, model, rates }) => ({ source, model, rates })),
    };
  };
}

function isSelfHosted(provider: string | null): boolean {
  return provider?.toLowerCase() === SELF_HOSTED;
}

/** The cost of an endpoint's tokens is that of its replicas; only a price that is stated for them, with their provider, is a price. */
function priceSelfHosted(listed: readonly ListedPrice[], { model, serviceTier, at }: PricedModel): TokenPrice {
  const own = findMatchingPrices(listed, { names: [model], providers: [SELF_HOSTED], serviceTier, at }).map(
    listToCandidate,
  );
  const [held, ...overridden] = own;
  const reason = held === undefined ? 'served here: its cost is that of the replicas of its endpoint' : null;
  return {
    ...{ model, catalogueModel: null, catalogueProvider: null, reason },
    rates: held?.rates ?? null,
    source: held?.source ?? null,
    effectiveFrom: held?.effectiveFrom ?? null,
    overridden: overridden.map(({ source, model: name, rates }) => ({ source, model: name, rates })),
  };
}

function find(catalogue: Catalogue, { model, provider }: PricedModel): CatalogueModel | null {
  return catalogue.find(model, provider ?? undefined);
}

interface Candidate {
  readonly model: string;
  readonly rates: TokenRates;
  readonly source: string;
  readonly effectiveFrom: string | null;
}

function listToCandidate({ list, model, rates, source, effectiveFrom }: ListedPrice): Candidate {
  return { model, rates, source: `${list}: ${source}`, effectiveFrom };
}

function catalogueToCandidate(
  { rates, source, effectiveFrom }: CataloguePrice,
  known: CatalogueModel | null,
): Candidate {
  return { model: known === null ? '' : `${known.provider}/${known.model}`, rates, source, effectiveFrom };
}

function explainUnknownModel({ model, provider }: PricedModel, { source }: Catalogue): string {
  const at = provider === null ? '' : ` of ${provider}`;
  return `neither your price lists nor ${source} know the model "${model}"${at}`;
}

function explainNoPrice({ model, serviceTier }: PricedModel, { source }: Catalogue): string {
  const tier = serviceTier === 'standard' ? '' : ` in the ${serviceTier} tier`;
  return `neither your price lists nor ${source} have a price for "${model}"${tier}`;
}
