import type { Catalogue, CatalogueModel } from './catalogue.ts';
import type { BilledTokens } from './schema.ts';

type Geography = BilledTokens['geography'];

/** Abbreviations in Azure's meters, with the family name in the catalogue. */
const azureFamilies: readonly (readonly [pattern: RegExp, family: string])[] = [
  [/^embedding-ada.*$/, 'text-embedding-ada-002'],
  [/^(?=\d)/, 'gpt-'],
  [/^(?=k\d)/, 'kimi-'],
  [/^(?=[vr]\d)/, 'deepseek-'],
];
/** Release years of models that are still billed: a meter has the month and day of a release, not the year. */
const RELEASE_YEARS = [2023, 2024, 2025, 2026, 2027];

/** The catalogue's model for a name on an Azure meter, null when it has none. */
export function findAzureModel(catalogue: Catalogue, written: string): CatalogueModel | null {
  const slug = addFamily(written.toLowerCase().replaceAll(/[\s_]+/g, '-'));
  const dated = /^(?<base>.+?)-(?<month>0[1-9]|1[0-2])(?<day>0[1-9]|[12]\d|3[01])(?:20\d\d)?$/.exec(slug)?.groups;
  if (dated === undefined) return catalogue.find(slug, 'azure');
  const releases = RELEASE_YEARS.map((year) => `${dated.base}-${year}-${dated.month}-${dated.day}`);
  return findFirst(catalogue, [...releases, slug, dated.base ?? slug], 'azure');
}

function addFamily(slug: string): string {
  const [pattern, family] = azureFamilies.find(([known]) => known.test(slug)) ?? [/^/, ''];
  return slug.replace(pattern, family);
}

function findFirst(catalogue: Catalogue, names: readonly string[], provider: string): CatalogueModel | null {
  for (const name of names) {
    const found = catalogue.find(name, provider);
    if (found !== null) return found;
  }
  return null;
}

/**
 * The catalogue's model for a name on a Bedrock bill, null if it has none. AWS writes one model in several ways (`Claude
 * Sonnet 4.5`, `Claude4.5Sonnet`, `anthropic.claude-sonnet-4-5-20250929-v1:0`), so names are compared as sets of words. If
 * the catalogue has separate prices for global and regional use, the bill's geography selects one.
 */
export function findBedrockModel(catalogue: Catalogue, written: string, geography: Geography): CatalogueModel | null {
  const prefix = geography === 'global' ? 'global.' : 'regional.';
  const other = geography === 'global' ? 'regional.' : 'global.';
  const named = catalogue.named(written, 'aws').filter((id) => !id.startsWith(other));
  const preferred = named.filter((id) => id.startsWith(prefix));
  const ids = preferred.length > 0 ? preferred : named;
  // Releases of one model (3.5 Sonnet of June and of October) have the same name on the bill; the later release represents
  // both.
  const [latest] = ids.toSorted().toReversed();
  if (latest !== undefined) return { provider: 'aws', model: latest };
  return catalogue.find(written.toLowerCase(), 'aws');
}

/** The catalogue's model for a model id in a separate column of the bill; null if the catalogue has none. */
export function findStatedModel(
  catalogue: Catalogue,
  modelId: string,
  providers: readonly (string | null)[],
): CatalogueModel | null {
  for (const provider of providers) {
    const found = provider === null ? null : catalogue.find(modelId, provider);
    if (found !== null) return found;
  }
  return catalogue.find(modelId);
}
