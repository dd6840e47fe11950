import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { processEnvironment } from '../../src/platform/config/index.ts';
import { onceARun } from './once-a-run.ts';

const CHROMIUM = '/usr/bin/chromium';
const ROOT = join(import.meta.dirname, '..', '..');

/** Whether there is a browser to test in; Debian's package `chromium` brings it. */
export const hasChromium = existsSync(CHROMIUM);

/** A headless browser that calls nobody but our server. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--headless',
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

/** Builds the web app when it has not been built since its sources changed. A server lists its files when it starts. */
export function buildWeb(): Promise<void> {
  return onceARun('web', buildWebNow);
}

async function buildWebNow(): Promise<void> {
  const built = join(ROOT, 'dist', 'web', 'index.html');
  const sources = ['web', 'src'].flatMap((folder) => filesUnder(join(ROOT, folder)));
  const newest = Math.max(...sources.map((file) => statSync(file).mtimeMs));
  if (existsSync(built) && statSync(built).mtimeMs > newest) return;
  // A process of its own: under Vitest NODE_ENV is `test`, and the bundle would be React's slow development build.
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  const env = { ...processEnvironment(), NODE_ENV: 'production' };
  await promisify(execFile)(process.execPath, [vite, 'build', 'web', '--logLevel', 'warn'], { cwd: ROOT, env });
}

function filesUnder(folder: string): string[] {
  const sources = /\.(tsx?|css|html|js|svg)$/;
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => sources.test(name) && !name.endsWith('.test.ts'))
    .map((name) => join(folder, name));
}

export interface Visit {
  readonly page: Page;
  /** What the browser complained about: console errors and exceptions. */
  readonly complaints: string[];
  /** Every address that was asked for. */
  readonly requested: string[];
}

export interface Look {
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
}

/** A page of its own, nothing remembered, that writes down what goes wrong in it. */
export async function newVisit(browser: Browser, look: Look = {}): Promise<Visit & { context: BrowserContext }> {
  const context = await browser.newContext({
    viewport: { width: look.width ?? 1440, height: look.height ?? 900 },
    colorScheme: look.scheme ?? 'light',
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requested: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => requested.push(request.url()));
  return { context, page, complaints, requested };
}

const MEASURE_SHIFT = `
  globalThis.totalShift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) globalThis.totalShift += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });`;

/** Opens an address and answers how much moved while it loaded; 0 is nothing. */
export async function shiftWhileOpening(page: Page, url: string): Promise<number> {
  await page.addInitScript({ content: MEASURE_SHIFT });
  await open(page, url);
  return page.evaluate<number>('globalThis.totalShift');
}

/** What a reader sees of an element, as it is laid out. */
export function readable(element: Locator): Promise<string> {
  // biome-ignore lint/performance/useDomNodeTextContent: what is hidden from readers must not count as said
  return element.innerText();
}

/** Opens an address and waits until nothing loads and the answer has its figures. */
export async function open(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByTestId('answer').waitFor();
  await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
  await page.waitForLoadState('networkidle');
}
