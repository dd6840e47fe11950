import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { describeMachine } from './machine.ts';
import { writeFigures } from './report.ts';
import { untilIdle } from './server-process.ts';
import { startSteelyard } from './steelyard.ts';
import { listPages } from './web/pages.ts';
import { writePageReport } from './web/report.ts';
import { makeScaleData, type ScaleSizes } from './web/scale-data.ts';
import { visitPages } from './web/visit-pages.ts';

/**
 * Time until each page of the web app is usable in Chromium, and its slowest request: `node bench/web.ts --keep FOLDER` on 10 million bill
 * rows, 100,000 runs and 10 million predictions, made in the folder once and kept there; `--data FOLDER` on that folder of a server (with `data` in it).
 * `--quick` makes a hundredth of it, `--write` puts the figures into docs/benchmarks.md. Needs `npm run build:web`.
 */

const WHOLE: ScaleSizes = { billRows: 10_000_000, runs: 100_000, predictions: 10_000_000 };
const QUICK: ScaleSizes = { billRows: 100_000, runs: 1_000, predictions: 100_000 };
const BENCHMARKS = join(import.meta.dirname, '../docs/benchmarks.md');
const WEB_APP = join(import.meta.dirname, '../dist/web/index.html');
const CHROMIUM = '/usr/bin/chromium-headless-shell';

const { values: options } = parseArgs({
  options: {
    keep: { type: 'string' },
    data: { type: 'string' },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    visits: { type: 'string', default: '5' },
  },
});

if (!existsSync(WEB_APP)) throw new Error(`${WEB_APP} is missing: run "npm run build:web" first`);
if (options.data !== undefined && !existsSync(resolve(options.data, 'data'))) {
  throw new Error(`${options.data} has no folder "data": the pages of an empty server would be measured`);
}
const report = (line: string) => console.error(line);
const sizes = options.quick ? QUICK : WHOLE;
const isScratch = options.keep === undefined && options.data === undefined;
const folder = isScratch ? mkdtempSync(join(tmpdir(), 'steelyard-web-')) : resolve(options.data ?? options.keep ?? '');
try {
  const month = options.data === undefined ? await makeScaleData(folder, sizes, report) : null;
  await using server = await startSteelyard(folder);
  await untilIdle(server);
  await using browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  const pages = await listPages(server.url, month);
  const visits = await visitPages(browser, { url: server.url, pages, visits: Number(options.visits), report });
  const data = options.data === undefined ? sizes : null;
  const figures = writePageReport({ machine: describeMachine(null), data, visits });
  console.log(figures);
  if (options.write) writeFigures(BENCHMARKS, figures, data === null ? 'web-demo' : 'web-scale');
} finally {
  if (isScratch) rmSync(folder, { recursive: true, force: true });
}
