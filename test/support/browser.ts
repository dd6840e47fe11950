import { existsSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Browser,
  type BrowserContext,
  type BrowserServer,
  chromium,
  type Download,
  type Locator,
  type Page,
  type Request,
} from 'playwright-core';
import { expect, inject, onTestFinished } from 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    /** WebSocket address of the run's Chromium. */
    browserEndpoint: string;
  }
}

/** Chromium without a user interface, which takes half of the processor time of `chromium --headless`. */
const CHROMIUM = '/usr/bin/chromium-headless-shell';

/** True if a browser for tests is installed; Debian's package `chromium-headless-shell` provides it. */
export const hasChromium = existsSync(CHROMIUM);

/** Starts the headless browser of a test run. It contacts only this server. */
export function launchBrowserServer(): Promise<BrowserServer> {
  return chromium.launchServer({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Connects to the browser of this run. Closing the connection closes its contexts and leaves the browser to other files. */
export function connectBrowser(): Promise<Browser> {
  return chromium.connect(inject('browserEndpoint'));
}

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Console errors and exceptions of the page. */
  readonly complaints: string[];
  /** Every address that the page requested. */
  readonly requested: string[];
}

export interface Look {
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  /** Opens the page in a separate context: cold caches, no cookies. */
  readonly isolated?: boolean;
}

/** Clears the storage of an earlier page of the file, once for each page: a reload keeps the page's data. */
const FORGET_EARLIER_PAGES = `
  if (sessionStorage.getItem('test-page') === null) {
    localStorage.clear();
    sessionStorage.setItem('test-page', 'begun');
  }`;

/** Opens a page in the context of the test file and records its errors and requests. The page closes with its test. */
export async function newVisit(browser: Browser, look: Look = {}): Promise<Visit> {
  const context = look.isolated ? await newContext(browser) : await contextOfFile(browser);
  const page = await context.newPage();
  onTestFinished(() => (look.isolated ? context.close() : page.close()));
  await page.setViewportSize({ width: look.width ?? 1440, height: look.height ?? 900 });
  if (look.scheme === 'dark') await page.emulateMedia({ colorScheme: 'dark' });
  const complaints: string[] = [];
  const requested: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => requested.push(request.url()));
  traffic.set(page, watchTraffic(page));
  return { context, page, complaints, requested };
}

/** A connection belongs to one file, so its first context is the file's. */
async function contextOfFile(browser: Browser): Promise<BrowserContext> {
  const [existing] = browser.contexts();
  if (existing !== undefined) return existing;
  const context = await newContext(browser);
  await context.addInitScript({ content: FORGET_EARLIER_PAGES });
  return context;
}

function newContext(browser: Browser): Promise<BrowserContext> {
  return browser.newContext({ colorScheme: 'light', reducedMotion: 'reduce', acceptDownloads: true });
}

/**
 * Clicks a copy button and returns the clipboard. All files share one clipboard, so it repeats until the text is the
 * expected one.
 */
export async function copied(page: Page, button: string, isExpected: (text: string) => boolean): Promise<string> {
  let text = '';
  const copy = async () => {
    await page.getByRole('button', { name: button }).click();
    text = await page.evaluate<string>('navigator.clipboard.readText()');
    return isExpected(text);
  };
  await expect.poll(copy, { message: `“${button}” copies what it names` }).toBe(true);
  return text;
}

/** Reads a downloaded file of a page. */
export async function readDownload(download: Download): Promise<Buffer> {
  const path = join(await mkdtemp(join(tmpdir(), 'download-')), 'file');
  await download.saveAs(path);
  return readFile(path);
}

const MEASURE_SHIFT = `
  const shifts = [];
  const observer = new PerformanceObserver((list) => shifts.push(...list.getEntries()));
  observer.observe({ type: 'layout-shift', buffered: true });
  globalThis.totalShift = () =>
    shifts.concat(observer.takeRecords()).reduce((total, { value }) => total + value, 0);`;

/** Measures how much moves on a page while `opening` loads it; 0 is nothing. */
export async function shiftDuring(page: Page, opening: () => Promise<void>): Promise<number> {
  if (!measured.has(page)) await page.addInitScript({ content: MEASURE_SHIFT });
  measured.add(page);
  await opening();
  return page.evaluate<number>('totalShift()');
}

const measured = new WeakSet<Page>();

/** Opens a page and returns its layout shift while it loads; 0 is none. */
export function shiftWhileOpening(page: Page, url: string): Promise<number> {
  return shiftDuring(page, () => open(page, url));
}

/** Visible text of an element, as it is laid out. */
export function readable(element: Locator): Promise<string> {
  // biome-ignore lint/performance/useDomNodeTextContent: hidden text must not count as visible
  return element.innerText();
}

/** Opens an address and waits until nothing loads and the answer has its figures. */
export async function open(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByTestId('answer').waitFor();
  await settled(page);
  await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
  await settled(page);
}

interface Traffic {
  begun: number;
  readonly inFlight: Set<Request>;
  /** Resolves when the next request ends. */
  nextEnd(): Promise<void>;
}

const traffic = new WeakMap<Page, Traffic>();

function watchTraffic(page: Page): Traffic {
  let end = Promise.withResolvers<void>();
  const inFlight = new Set<Request>();
  const watched = { begun: 0, inFlight, nextEnd: () => end.promise };
  page.on('request', (request) => {
    watched.begun += 1;
    inFlight.add(request);
  });
  const remove = (request: Request) => {
    inFlight.delete(request);
    end.resolve();
    end = Promise.withResolvers();
  };
  page.on('requestfinished', remove);
  page.on('requestfailed', remove);
  return watched;
}

/** Resolves twice when the page has nothing to do, with a frame between. A page that is never idle counts as idle after 2 s. */
const IDLE = `(async () => {
  const idle = () => new Promise((done) => requestIdleCallback(() => done(), { timeout: 2000 }));
  await idle();
  await new Promise((done) => requestAnimationFrame(() => done()));
  await idle();
})()`;

/** Waits until no request is in flight, the page is idle, and neither has led to another request. */
export async function settled(page: Page): Promise<void> {
  const watched = traffic.get(page);
  if (watched === undefined) throw new Error('settled() needs a page of newVisit()');
  for (let begun = -1; begun !== watched.begun || watched.inFlight.size > 0; ) {
    while (watched.inFlight.size > 0) await watched.nextEnd();
    begun = watched.begun;
    await page.evaluate(IDLE);
  }
}
