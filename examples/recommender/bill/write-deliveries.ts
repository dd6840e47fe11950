import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type BillingMonth, billingMonths } from './calendar.ts';
import { firstDays, firstEdition } from './first-edition.ts';
import type { BillRow, Cloud } from './focus-columns.ts';
import { type BillOptions, billRows, billTexts, ONE_TIME_DAYS } from './write-bill.ts';

/** A compressed file of a delivery. */
export interface DeliveryFile {
  readonly cloud: Cloud;
  readonly kind: 'final' | 'first-edition' | 'one-time-export';
  readonly path: string;
}

/**
 * The same files as `writeBill` and `writeOddFiles` make, as `.csv.gz` and without the restatement; each is complete when it
 * is yielded. Each row is generated once, and other work of the thread continues in between.
 */
export async function* writeDeliveries(dir: string, { seed, asOf }: BillOptions): AsyncGenerator<DeliveryFile> {
  const months = billingMonths(asOf);
  const [oldest, newest] = [months[0], months.at(-1)];
  if (oldest === undefined || newest === undefined) throw new Error('there is no billing month');
  const kept: Record<Cloud, BillRow[]> = { aws: [], azure: [] };
  const ofOdd: Record<Cloud, BillingMonth> = { aws: oldest, azure: newest };
  for (const cloud of ['aws', 'azure'] as const) {
    for (const month of months) {
      const rows = billRows(cloud, seed, month);
      const path = await write(
        join(dir, cloud),
        cloud,
        month,
        month === ofOdd[cloud] ? keepRows(rows, kept[cloud]) : rows,
      );
      yield { cloud, kind: 'final', path };
    }
  }
  const lastDay = new Date(oldest.end - 1).toISOString().slice(0, 10);
  const first = await write(join(dir, 'aws-odd'), 'aws', oldest, firstEdition(kept.aws, lastDay));
  yield { cloud: 'aws', kind: 'first-edition', path: first };
  const oneTime = await write(join(dir, 'azure-odd'), 'azure', newest, firstDays(kept.azure, ONE_TIME_DAYS));
  yield { cloud: 'azure', kind: 'one-time-export', path: oneTime };
}

function* keepRows(rows: Iterable<BillRow>, kept: BillRow[]): Generator<BillRow> {
  for (const row of rows) {
    kept.push(row);
    yield row;
  }
}

async function write(folder: string, cloud: Cloud, month: BillingMonth, rows: Iterable<BillRow>): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `focus-${month.label}.csv.gz`);
  await pipeline(Readable.from(encode(cloud, rows)), createGzip({ level: 1 }), createWriteStream(path));
  return path;
}

function* encode(cloud: Cloud, rows: Iterable<BillRow>): Generator<Buffer> {
  for (const { text } of billTexts(cloud, rows)) yield Buffer.from(text);
}
