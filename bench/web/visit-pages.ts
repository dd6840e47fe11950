import type { Browser, Page } from 'playwright-core';
import type { MeasuredPage } from './pages.ts';

export interface PageVisits {
  readonly page: MeasuredPage;
  /** Milliseconds from the navigation until the answer stands and nothing is busy or loading, of each visit. */
  readonly usableMs: readonly number[];
  /** Slowest request to the API, by the median of its visits; null for a page without requests. */
  readonly slowest: { readonly path: string; readonly ms: number } | null;
  /** Bytes over the wire of a visit without a cache. */
  readonly bytes: number;
}

export interface VisitOptions {
  readonly url: string;
  readonly pages: readonly MeasuredPage[];
  readonly visits: number;
  report(line: string): void;
}

/** Visits each page with an empty cache. The first visit of a page counts for its bytes only: it also warms the server. */
export async function visitPages(
  browser: Browser,
  { url, pages, visits, report }: VisitOptions,
): Promise<PageVisits[]> {
  const measured: PageVisits[] = [];
  for (const page of pages) {
    const first = await visitOnce(browser, `${url}${page.address}`);
    const others: Visit[] = [];
    for (let visit = 0; visit < visits; visit += 1) others.push(await visitOnce(browser, `${url}${page.address}`));
    const one = {
      page,
      usableMs: others.map(({ usableMs }) => usableMs),
      slowest: findSlowest(others),
      bytes: first.bytes,
    };
    report(`web: ${page.name} ${one.usableMs.map(Math.round).join(' ')} ms, ${one.slowest?.path ?? '–'}`);
    measured.push(one);
  }
  return measured;
}

interface Visit {
  readonly usableMs: number;
  readonly bytes: number;
  /** Milliseconds of each request to the API, by its path without the query. */
  readonly requests: ReadonlyMap<string, number>;
}

const LIMIT_MS = 60_000;

async function visitOnce(browser: Browser, address: string): Promise<Visit> {
  await using context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  let bytes = 0;
  network.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await network.send('Network.enable');
  const requests = recordRequests(page);
  await page.addInitScript(WATCH_USABLE);
  await page.goto(address, { waitUntil: 'commit' });
  await waitUsable(page);
  await page.waitForLoadState('networkidle');
  await waitUsable(page);
  return { usableMs: await page.evaluate<number>('window.usableAt'), bytes, requests };
}

/**
 * In the page: `usableAt` is the time since the navigation from which the answer stood and nothing was busy, until now. It is looked at on
 * every frame, where the waits of a locator look again only after up to half a second.
 */
const WATCH_USABLE = `
  window.usableAt = null;
  const look = () => {
    const isUsable = document.querySelector('[data-testid="answer"]') && !document.querySelector('[aria-busy="true"]');
    window.usableAt = isUsable ? (window.usableAt ?? performance.now()) : null;
    requestAnimationFrame(look);
  };
  look();
`;

/** Holds across the change of documents right after a navigation, which an evaluation does not. */
async function waitUsable(page: Page): Promise<void> {
  const isUsable = () => typeof (globalThis as { usableAt?: number | null }).usableAt === 'number';
  await page.waitForFunction(isUsable, undefined, { timeout: LIMIT_MS });
}

function recordRequests(page: Page): Map<string, number> {
  const requests = new Map<string, number>();
  page.on('requestfinished', (request) => {
    const { pathname } = new URL(request.url());
    if (!pathname.startsWith('/api/')) return;
    const { requestStart, responseEnd } = request.timing();
    requests.set(pathname, Math.max(requests.get(pathname) ?? 0, responseEnd - requestStart));
  });
  return requests;
}

function findSlowest(visits: readonly Visit[]): PageVisits['slowest'] {
  const times = new Map<string, number[]>();
  for (const [path, ms] of visits.flatMap(({ requests }) => [...requests])) {
    times.set(path, [...(times.get(path) ?? []), ms]);
  }
  const medians = [...times].map(([path, all]) => ({ path, ms: findMedian(all) }));
  return medians.toSorted((a, b) => b.ms - a.ms)[0] ?? null;
}

function findMedian(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
