import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { readBytes, unreadable } from './bill-files.ts';
import { CommandError, systemCode } from './frame/failure.ts';
import { counted } from './output/amounts.ts';
import type { Progress } from './output/progress.ts';

/** A price list on its way to the server. */
export interface FoundList {
  /** File, or address, as messages name it. */
  readonly name: string;
  readonly content: Readable;
  /** Time of the last change of a file; null for a list that is fetched now. */
  readonly changedAt: string | null;
}

/** Region and currency of a list that is fetched without an explicit address. */
export interface Wanted {
  readonly region: string | undefined;
  readonly currency: string;
}

const AWS_INDEX = 'https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/index.json';
const AZURE_PRICES = 'https://prices.azure.com/api/retail/prices';
const AZURE_API_VERSION = '2023-01-01-preview';

/** Opens a file, or begins to fetch an address. Errors: `file_not_found`, `file_unreadable`, `price_list_unreachable`. */
export async function openList(
  cloud: 'aws' | 'azure',
  place: string,
  wanted: Wanted,
  progress: Progress,
): Promise<FoundList> {
  if (!/^https?:\/\//.test(place)) return openFile(place, progress);
  if (cloud === 'azure') return { name: place, content: Readable.from(azurePages(place, progress)), changedAt: null };
  const address = await awsList(place, wanted);
  return { name: address, content: Readable.from(bytesOf(address, progress)), changedAt: null };
}

/** Address of the public list. Error: `usage` where a region is needed. */
export function publicList(cloud: 'aws' | 'azure', { region, currency }: Wanted): string {
  if (region === undefined) {
    throw new CommandError(
      'usage',
      'Name a file or an address, or the region whose public list to fetch: --region REGION',
    );
  }
  if (cloud === 'aws') return AWS_INDEX;
  const filter = [
    `priceType eq 'Consumption'`,
    `currencyCode eq '${currency}'`,
    `serviceFamily eq 'Compute'`,
    `serviceName eq 'Virtual Machines'`,
    `armRegionName eq '${region}'`,
  ].join(' and ');
  return `${AZURE_PRICES}?${new URLSearchParams({ 'api-version': AZURE_API_VERSION, $filter: filter })}`;
}

async function openFile(path: string, progress: Progress): Promise<FoundList> {
  const facts = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const content = readBytes(path, (bytes) => progress.show(path, bytes / Math.max(facts.size, bytes)));
  return { name: path, content, changedAt: facts.mtime.toISOString() };
}

const OfferIndex = z.object({ offers: z.object({ AmazonEC2: z.object({ currentRegionIndexUrl: z.string() }) }) });
const RegionIndex = z.object({ regions: z.record(z.string(), z.object({ currentVersionUrl: z.string() })) });

/** An index contains the address of a region's list; any other address is a list. */
async function awsList(address: string, { region }: Wanted): Promise<string> {
  if (/\/aws\/index\.json$/.test(new URL(address).pathname)) {
    const { offers } = await documentAt(address, OfferIndex);
    return awsList(new URL(offers.AmazonEC2.currentRegionIndexUrl, address).toString(), { region, currency: 'USD' });
  }
  if (!address.endsWith('/region_index.json')) return address;
  if (region === undefined) throw new CommandError('usage', `${address} lists regions: say which with --region.`);
  const { regions } = await documentAt(address, RegionIndex);
  const list = regions[region];
  if (list !== undefined) return new URL(list.currentVersionUrl, address).toString();
  throw new CommandError('price_list_unusable', `${address} has no region ${region}.`, { region });
}

const PAGE = z.object({ Items: z.array(z.unknown()), NextPageLink: z.string().nullish() });

/** Pages in sequence. The link to the next page must be on the same host. */
async function* azurePages(first: string, progress: Progress): AsyncGenerator<Buffer> {
  let pages = 0;
  for (let address: string | null = first; address !== null; ) {
    progress.show(`fetching page ${pages + 1} of ${new URL(first).host}`, null);
    const text: string = await (await fetched(address)).text();
    yield Buffer.from(`${text}\n`);
    pages += 1;
    address = nextAddress(text, address);
  }
  progress.show(`fetched ${counted(pages, 'page')}`, null);
}

function nextAddress(text: string, address: string): string | null {
  const page = PAGE.safeParse(parseOrNull(text));
  if (!page.success) throw unreachable(address, 'it answers no page of retail prices');
  const next = page.data.NextPageLink ?? '';
  if (next === '') return null;
  if (!URL.canParse(next) || new URL(next).origin !== new URL(address).origin) {
    throw unreachable(address, `its next page would be at ${next.slice(0, 100)}, which is another place`);
  }
  return next;
}

async function documentAt<T extends z.ZodType>(address: string, schema: T): Promise<z.output<T>> {
  const parsed = schema.safeParse(parseOrNull(await (await fetched(address)).text()));
  if (parsed.success) return parsed.data;
  throw unreachable(address, 'it answers no index of price lists');
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // the caller reports it
  }
}

async function* bytesOf(address: string, progress: Progress): AsyncGenerator<Buffer> {
  const response = await fetched(address);
  const sizeBytes = Number(response.headers.get('content-length') ?? 0);
  let read = 0;
  try {
    for await (const chunk of response.body ?? []) {
      read += chunk.byteLength;
      progress.show(address, sizeBytes === 0 ? null : Math.min(1, read / sizeBytes));
      yield Buffer.from(chunk);
    }
  } catch (error) {
    throw unreachable(address, describeError(error), error);
  }
}

/** Pauses between retries, unless the server states one. */
const PAUSES_MS = [1000, 5000, 20_000];
const LONGEST_PAUSE_MS = 120_000;
const TRIED_AGAIN = new Set([408, 429, 500, 502, 503, 504]);
/** Timeout for the start of the answer; a list of hundreds of megabytes may take longer after that. */
const ANSWER_TIMEOUT_MS = 60_000;

async function fetched(address: string): Promise<Response> {
  for (const wait of [...PAUSES_MS, null]) {
    const answer = await once(address);
    if (answer instanceof Response && answer.ok) return answer;
    const again = answer instanceof Error || TRIED_AGAIN.has(answer.status);
    if (wait === null || !again) {
      throw answer instanceof Error ? answer : unreachable(address, `it answers ${answer.status}`);
    }
    await pause(answer instanceof Error ? wait : readRetryDelay(answer, wait));
  }
  throw new Error('unreachable: the last try always ends');
}

function readRetryDelay(answer: Response, otherwiseMs: number): number {
  const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN);
  return Number.isNaN(seconds) ? otherwiseMs : Math.min(seconds * 1000, LONGEST_PAUSE_MS);
}

async function once(address: string): Promise<Response | CommandError> {
  const watchdog = new AbortController();
  const timer = setTimeout(() => watchdog.abort(new Error('no answer for a minute')), ANSWER_TIMEOUT_MS);
  try {
    return await fetch(address, { signal: watchdog.signal });
  } catch (error) {
    return unreachable(address, describeError(error), error);
  } finally {
    clearTimeout(timer);
  }
}

function describeError(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const reason = cause instanceof Error ? cause : error;
  return systemCode(reason) ?? systemCode(error) ?? (reason instanceof Error ? reason.message : String(reason));
}

function unreachable(address: string, why: string, cause?: unknown): CommandError {
  const { origin, pathname } = new URL(address);
  const detail = `${origin}${pathname} cannot be read: ${why}. Fetch it by other means and name the file.`;
  return new CommandError('price_list_unreachable', detail, { address: `${origin}${pathname}` }, { cause });
}
