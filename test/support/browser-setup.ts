import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { processEnvironment } from '../../src/platform/environment/index.ts';
import { hasChromium, launchBrowserServer } from './browser.ts';
import { copyDemo } from './demo-copy.ts';
import { buildTestServer } from './server-build.ts';
import { startServerProcess } from './server-process.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

/** Global setup of the project `browser`: the built web app, one Chromium and one demo server for all files. */
export async function setup({ provide }: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (!hasChromium) return undefined;
  const [demo] = await Promise.all([demoFolder(), buildWeb()]);
  await using started = new AsyncDisposableStack();
  started.defer(await buildTestServer());
  const browser = await launchBrowserServer();
  started.defer(() => browser.close());
  // A separate process, so that neither Vitest nor a test file shares its event loop.
  const server = started.use(await startServerProcess(copyDemo(demo)));
  provide('browserEndpoint', browser.wsEndpoint());
  provide('demoUrl', server.url);
  provide('demoFolder', demo);
  const all = started.move();
  return () => all.disposeAsync();
}

/** Where the demo ran: TEST_DEMO_DATA, or a folder made for this run. */
async function demoFolder(): Promise<string> {
  const { TEST_DEMO_DATA: given } = processEnvironment();
  if (given !== undefined) return given;
  const data = mkdtempSync(join(tmpdir(), 'steelyard-demo-'));
  const words = ['examples/recommender/demo.ts', '--no-serve', '--data', data];
  await run(process.execPath, words, { cwd: ROOT, maxBuffer: 100_000_000 });
  return data;
}

/** Builds the web app unless its build is newer than its sources. A server lists its files when it starts. */
async function buildWeb(): Promise<void> {
  const built = join(ROOT, 'dist', 'web', 'index.html');
  const sources = ['web', 'src'].flatMap((folder) => listSources(join(ROOT, folder)));
  const newest = Math.max(...sources.map((file) => statSync(file).mtimeMs));
  if (existsSync(built) && statSync(built).mtimeMs > newest) return;
  // A separate process: under Vitest NODE_ENV is `test`, and the bundle would be React's slow development build.
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  const env = { ...processEnvironment(), NODE_ENV: 'production' };
  await run(process.execPath, [vite, 'build', 'web', '--logLevel', 'warn'], { cwd: ROOT, env });
}

function listSources(folder: string): string[] {
  const sources = /\.(tsx?|css|html|js|svg)$/;
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => sources.test(name) && !name.endsWith('.test.ts'))
    .map((name) => join(folder, name));
}
