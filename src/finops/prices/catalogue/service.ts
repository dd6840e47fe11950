import type { z } from 'zod';
import { AppError } from '../../../platform/errors/index.ts';
import type { Events } from '../../../platform/events/index.ts';
import type { Objects } from '../../../platform/objects/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import type { Uploads } from '../../../platform/uploads/index.ts';
import { readAwsCsv } from './aws-csv.ts';
import { readAwsJson } from './aws-json.ts';
import { readAzure } from './azure.ts';
import { type CataloguePrice, parseCatalogueInstant, type ReadCatalogue } from './catalogue-price.ts';
import { type PriceFile, readText } from './price-file.ts';
import type { Cloud, importPrices, PriceImport } from './schema.ts';
import { replacePublication } from './store.ts';

export interface CatalogueDeps {
  readonly store: Store;
  readonly objects: Pick<Objects, 'open'>;
  readonly uploads: Pick<Uploads, 'facts' | 'keyOf' | 'discard'>;
  readonly clock: Clock;
  readonly events: Pick<Events, 'append'>;
}

type ImportRequest = z.infer<typeof importPrices.body>;

const MOST_LEFT_OUT_SHOWN = 20;

/**
 * Takes in a price list: read to its end first, then stored in one transaction. Whatever is wrong with it changes nothing.
 * The uploads are gone afterwards; after a failure they wait for the next try.
 */
export async function importPriceList(deps: CatalogueDeps, request: ImportRequest): Promise<PriceImport> {
  const files = await Promise.all(request.files.map((file) => openPriceFile(deps, file)));
  const read = await readList(files, request);
  const publishedAt = read.publishedAt ?? parseCatalogueInstant(request.publishedAt ?? '') ?? formatNow(deps.clock);
  const units = buildCatalogueUnits(read, request);
  const regions: PriceImport['regions'] = [];
  await deps.store.transaction(async (sql) => {
    for (const { region, currency, prices } of units) {
      const changed = await replacePublication(sql, { cloud: request.cloud, region, currency, publishedAt, prices });
      regions.push({ region, currency, prices: prices.length, changed });
    }
    if (regions.every(({ changed }) => changed === 0)) return;
    const payload = { cloud: request.cloud, publishedAt, regions: regions.map(({ region }) => region) };
    await deps.events.append(sql, { type: 'prices.applied', subject: `price_catalogue:${request.cloud}`, payload });
  });
  for (const { upload } of request.files) await deps.uploads.discard(upload);
  return {
    cloud: request.cloud,
    publishedAt,
    unchanged: regions.every(({ changed }) => changed === 0),
    prices: regions.reduce((sum, { prices }) => sum + prices, 0),
    regions,
    leftOutPrices: read.leftOut.length,
    leftOut: read.leftOut.slice(0, MOST_LEFT_OUT_SHOWN),
  };
}

function formatNow(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}

async function openPriceFile(
  { objects, uploads }: CatalogueDeps,
  { upload, name }: ImportRequest['files'][number],
): Promise<PriceFile> {
  await uploads.facts(upload);
  const key = uploads.keyOf(upload);
  return { name, open: async () => (await objects.open(key)).content };
}

async function readList(files: readonly PriceFile[], request: ImportRequest): Promise<ReadCatalogue> {
  if (request.cloud === 'azure') return readAzure(files);
  const [file, another] = files;
  if (file === undefined || another !== undefined) {
    throw new AppError('price_list_unusable', 'An AWS price list is one file. Import several one after the other.');
  }
  const region = request.region ?? null;
  return (await isJson(file)) ? readAwsJson(file, region) : readAwsCsv(file, region);
}

async function isJson(file: PriceFile): Promise<boolean> {
  for await (const chunk of readText(file)) {
    const [character] = chunk.toString('latin1').trimStart();
    if (character !== undefined) return character === '{' || character === '[';
  }
  throw new AppError('file_empty', `${file.name} holds no text once unpacked. Fetch it again.`, { file: file.name });
}

/** The prices of the list by region and currency, in order. Errors: `price_list_unusable` if it has no wanted price. */
function buildCatalogueUnits({ prices }: ReadCatalogue, { cloud, region, files }: ImportRequest) {
  const wanted = region === undefined ? prices : prices.filter((price) => price.region === region);
  if (wanted.length === 0) throw createEmptyListError(prices, cloud, files[0]?.name ?? '', region);
  return [...Map.groupBy(wanted, (price) => `${price.region} ${price.price.currency}`).values()]
    .flatMap((group) => {
      const [first] = group;
      return first === undefined ? [] : [{ region: first.region, currency: first.price.currency, prices: group }];
    })
    .toSorted((a, b) => (`${a.region} ${a.currency}` < `${b.region} ${b.currency}` ? -1 : 1));
}

function createEmptyListError(
  prices: readonly CataloguePrice[],
  cloud: Cloud,
  name: string,
  region: string | undefined,
): AppError {
  const others = [...new Set(prices.map((price) => price.region))].toSorted().slice(0, 5);
  const what =
    others.length > 0 && region !== undefined
      ? `of ${region}; it has ${others.join(', ')}${others.length === 5 ? ' and others' : ''}`
      : `of a Linux machine on demand (${cloud})`;
  return new AppError('price_list_unusable', `${name} has no price ${what}. Nothing has changed.`, { file: name });
}
