import { createReadStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import { importPrices } from '../src/finops/prices/schema.ts';
import { buildUrl } from '../src/platform/contract/schema.ts';
import { createUpload } from '../src/platform/uploads/schema.ts';
import type { CaseContext } from './case-context.ts';
import { Connection } from './http-load.ts';
import { type PriceFile, type PriceFileFormat, writePriceFile } from './price-file.ts';
import { writePricePages } from './price-pages.ts';
import type { CaseReport, Comparison, Figure } from './report.ts';
import { startSteelyard } from './steelyard.ts';

const MB = 1_000_000;
const [SUBJECT] = ['Steelyard'];
/** A generated list is as large as that of one region of EC2, and more; see `writePriceFile`. */
const kinds: readonly Kind[] = [
  { what: 'AWS, JSON', cloud: 'aws', write: (path, types) => writePriceFile(path, { format: 'json', types }) },
  { what: 'AWS, JSON packed', cloud: 'aws', write: (path, types) => packed(path, 'json', types) },
  { what: 'AWS, CSV', cloud: 'aws', write: (path, types) => writePriceFile(path, { format: 'csv', types }) },
  { what: 'AWS, CSV packed', cloud: 'aws', write: (path, types) => packed(path, 'csv', types) },
  { what: 'Azure, pages', cloud: 'azure', write: (path, types) => writePricePages(path, types * 6) },
];

interface Kind {
  readonly what: string;
  readonly cloud: 'aws' | 'azure';
  write(path: string, types: number): Promise<PriceFile>;
}

function packed(path: string, format: PriceFileFormat, types: number): Promise<PriceFile> {
  return writePriceFile(path, { format, types, gzip: true });
}

interface PriceRun {
  readonly importMs: number;
  /** Highest resident memory of the server during upload and import, minus its idle memory. */
  readonly growthBytes: number;
}

/** A price list of EC2 in each form that AWS serves: duration and memory of an import. */
export async function measurePrices({ options, folder, report }: CaseContext): Promise<CaseReport> {
  const comparisons: Comparison[] = [];
  const budgets: CaseReport['budgets'][number][] = [];
  const sizes: string[] = [];
  for (const { what, cloud, write } of kinds) {
    report(`prices: writing ${what}`);
    const file = await write(join(folder, 'prices'), options.priceTypes);
    const runs: PriceRun[] = [];
    for (let repetition = 1; repetition <= options.repetitions; repetition += 1) {
      report(`prices: ${what}, import ${repetition} of ${options.repetitions}`);
      runs.push(await importOnce(cloud, file, join(folder, 'priced')));
    }
    const growth = runs.map(({ growthBytes }) => growthBytes / MB);
    const time = runs.map(({ importMs }) => importMs / 1000);
    comparisons.push(row(`${what}: import`, 's', time), row(`${what}: growth of memory`, 'MB', growth));
    budgets.push({ what: `growth of memory, ${what}`, limit: 300, figure: figure('growth', 'MB', growth) });
    sizes.push(`${what} ${Math.round(file.sizeBytes / MB)} MB`);
    rmSync(file.path);
  }
  return {
    name: 'prices',
    title: 'Price lists (generated)',
    subjects: [SUBJECT],
    comparisons,
    budgets,
    notes: [
      `Files: ${sizes.join(', ')}.`,
      'Memory is the highest resident set of the server while the list is sent and imported, less its resident set before.',
      'Every import was checked to have found each machine once.',
    ],
  };
}

async function importOnce(cloud: Kind['cloud'], file: PriceFile, data: string): Promise<PriceRun> {
  try {
    await using server = await startSteelyard(data);
    using connection = new Connection();
    const before = server.facts().residentBytes;
    const url = `${server.url}${buildUrl(createUpload, { query: { name: 'prices' } })}`;
    const sent = await connection.json({
      method: 'POST',
      url,
      type: 'application/octet-stream',
      body: createReadStream(file.path),
    });
    const { upload } = createUpload.response.parse(sent);
    const startedAt = performance.now();
    const body = JSON.stringify({ cloud, files: [{ upload, name: 'prices' }] });
    const answer = await connection.json({ method: 'POST', url: `${server.url}${buildUrl(importPrices, {})}`, body });
    const importMs = performance.now() - startedAt;
    const { prices } = importPrices.response.parse(answer);
    if (prices !== file.prices) throw new Error(`imported ${prices} prices, the list has ${file.prices}`);
    return { importMs, growthBytes: server.facts().peakResidentBytes - before };
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

function figure(measure: string, unit: Figure['unit'], values: readonly number[]): Figure {
  return { measure, subject: SUBJECT, unit, values };
}

function row(measure: string, unit: Figure['unit'], values: readonly number[]): Comparison {
  return { measure, figures: [figure(measure, unit, values)] };
}
