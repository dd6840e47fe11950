import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { ConditionalPrice, ModelInfo, ModelPrice, Provider } from '@pydantic/genai-prices';
import { convertRates, findConditionAt } from './catalogue-price.ts';
import type { TokenRates } from './rates/schema.ts';

/** Words that one spelling of a model's name has and another lacks. */
const NOISE: ReadonlySet<string> = new Set(['instruct', 'v', 'edition', 'amazon', 'bedrock', 'global', 'regional']);

/**
 * The words of a model's name in alphabetical order, without vendor, version and date, so that all spellings of one model
 * are equal. Examples: `regional.anthropic.claude-sonnet-4-5-20250929-v1:0` and `Claude4.5Sonnet` -> `4 5 claude sonnet`.
 */
function buildNameKey(name: string): string {
  const bare = name
    .replace(/^(?:global|regional|us|eu|apac)\./, '')
    .replace(/^[a-z0-9]+\.(?=[a-z])/, '')
    .replace(/-v\d+(?::\d+)?$|:\d+$/, '')
    .replace(/-20\d{6}$/, '')
    .replaceAll(/(\d)\.0(?![\d.])/g, '$1');
  const apart = bare.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  const words = apart.match(/\d+|[a-z]+/g) ?? [];
  return words
    .filter((word) => !NOISE.has(word))
    .toSorted()
    .join(' ');
}

/** A model of the catalogue: two models of one name at two providers are two. */
export interface CatalogueModel {
  /** Id of the provider in the catalogue, for example `openai` or `aws`. */
  readonly provider: string;
  /** Id of the model in the catalogue; one for all names that its rules match. */
  readonly model: string;
}

export interface CataloguePrice {
  readonly rates: TokenRates;
  /** First day of the price, if the catalogue states it; null: no known start. */
  readonly effectiveFrom: string | null;
  /** `@pydantic/genai-prices 0.1.8`, with the hours when the price depends on them. */
  readonly source: string;
}

/** Public list prices, embedded in a package: nothing is fetched. */
export interface Catalogue {
  /** Name and version. */
  readonly source: string;
  /**
   * The model of a name by the catalogue's own rules, null for an unknown one. Without a provider, the name alone must
   * identify it (`claude-…`, `gpt-…`).
   */
  find(model: string, provider?: string): CatalogueModel | null;
  /** Its price at an instant (Unix ms), null for an unknown model. */
  price(model: CatalogueModel, at: number): CataloguePrice | null;
  /** Ids of the models of a provider whose id or name consists of the same words as this name, in any order and spelling. */
  named(name: string, provider: string): readonly string[];
}

/** Loads the catalogue of several thousand prices on first use, not at server start. */
export function createLazyCatalogue(): () => Promise<Catalogue> {
  let loading: Promise<Catalogue> | undefined;
  return () => {
    loading ??= loadCatalogue();
    return loading;
  };
}

const PACKAGE = '@pydantic/genai-prices';

export async function loadCatalogue(): Promise<Catalogue> {
  const { calcPrice, waitForUpdate } = await import('@pydantic/genai-prices');
  // This process does not start the package's auto-update, so these are the published data of the package.
  const providers = (await waitForUpdate()) ?? [];
  const source = `${PACKAGE} ${readPublishedVersion()}`;
  const byName = new Map(providers.map((provider) => [provider.id, indexIdsByName(provider)]));
  return {
    source,
    find: (model, provider) => {
      const found = calcPrice({}, model, provider === undefined ? {} : { providerId: provider });
      return found === null
        ? null
        : { provider: findPriceHolder(providers, found.provider, found.model), model: found.model.id };
    },
    price: (wanted, at) => {
      const model = findModel(providers, wanted);
      return model === undefined ? null : findCataloguePriceAt(model, at, source);
    },
    named: (name, provider) => byName.get(provider)?.get(buildNameKey(name)) ?? [],
  };
}

function indexIdsByName({ models }: Provider): Map<string, string[]> {
  const ids = new Map<string, string[]>();
  for (const { id, name } of models) {
    for (const key of new Set([buildNameKey(id), buildNameKey(name ?? id)]))
      ids.set(key, [...(ids.get(key) ?? []), id]);
  }
  return ids;
}

/** A provider may reuse the prices of another (Azure those of OpenAI): the holder is the provider that lists the model. */
function findPriceHolder(providers: readonly Provider[], asked: Provider, model: ModelInfo): string {
  const holder = providers.find(({ models }) => models.includes(model));
  return holder?.id ?? asked.id;
}

function findModel(providers: readonly Provider[], { provider, model }: CatalogueModel): ModelInfo | undefined {
  return providers.find(({ id }) => id === provider)?.models.find(({ id }) => id === model);
}

function findCataloguePriceAt(model: ModelInfo, at: number, source: string): CataloguePrice | null {
  const dated: readonly ConditionalPrice[] = isDated(model.prices) ? model.prices : [{ prices: model.prices }];
  const held = findConditionAt(dated, at);
  if (held === null) return null;
  const { constraint } = held;
  const hours = constraint?.type === 'time_of_date' ? `, from ${constraint.start_time} to ${constraint.end_time}` : '';
  return {
    rates: convertRates(held.prices),
    effectiveFrom: constraint?.type === 'start_date' ? constraint.start_date : null,
    source: `${source}${hours}`,
  };
}

function isDated(prices: ConditionalPrice[] | ModelPrice): prices is ConditionalPrice[] {
  return Array.isArray(prices);
}

/** The package exports no version, so it is read from the package.json next to its `dist` folder. */
function readPublishedVersion(): string {
  const entry = createRequire(import.meta.url).resolve(PACKAGE);
  const folder = entry.slice(0, entry.lastIndexOf('dist'));
  const { version } = JSON.parse(readFileSync(`${folder}package.json`, 'utf8')) as { version: string };
  return version;
}
