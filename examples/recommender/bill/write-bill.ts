import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { awsBill } from './aws-bill.ts';
import { azureBill } from './azure-bill.ts';
import { type BillingMonth, billingMonths } from './calendar.ts';
import { sellers } from './company.ts';
import { addCosts, noCosts } from './costs.ts';
import { firstDays, firstEdition, restatedEdition } from './first-edition.ts';
import {
  type BillRow,
  type Cloud,
  type ExtraColumn,
  extraColumns,
  type FocusColumn,
  focusColumns,
} from './focus-columns.ts';
import { plain } from './money.ts';

export interface BillOptions {
  readonly seed: number;
  /** The moment the bill is drawn; the last month is known up to here. */
  readonly asOf: Date;
}

export interface BillFile {
  readonly cloud: Cloud;
  /** Billing month, `YYYY-MM`. */
  readonly month: string;
  readonly path: string;
  readonly rows: number;
}

/** Exact totals that a product must find after importing the bill. */
export interface ExpectedTotals {
  readonly cloud: Cloud;
  /** As in ProviderName (FOCUS 1.2) or ServiceProviderName (1.3 on): `AWS` or `Microsoft`. */
  readonly serviceProviderName: string;
  readonly month: string;
  readonly rows: number;
  /** Decimal strings, USD, not rounded, without trailing zeros. */
  readonly billedCost: string;
  readonly effectiveCost: string;
  readonly listCost: string;
  readonly contractedCost: string;
}

const clouds = ['aws', 'azure'] as const;
const generators = { aws: awsBill, azure: azureBill } as const;
const CHUNK_CHARACTERS = 1 << 20;

/** The rows of one cloud's bill for one of the three months of `billingMonths(asOf)`, lazily. */
export function billRows(cloud: Cloud, seed: number, month: BillingMonth): Generator<BillRow> {
  return generators[cloud](seed, month);
}

/**
 * Writes `aws/focus-YYYY-MM.csv` and `azure/focus-YYYY-MM.csv` under `dir` for three months, FOCUS 1.2 columns. Rows are
 * generated and written as a stream: memory does not grow with the bill. The same options give the same bytes.
 */
export function writeBill(dir: string, options: BillOptions): BillFile[] {
  return clouds.flatMap((cloud) =>
    billingMonths(options.asOf).map((month) =>
      writeBillMonth(join(dir, cloud), cloud, month, billRows(cloud, options.seed, month)),
    ),
  );
}

/** Additional files, as clouds deliver them with the final bills. */
export interface OddFiles {
  /** The oldest AWS month as it was first delivered, before its correction. */
  readonly firstEdition: BillFile;
  /** A short one-time Azure export of the newest month, whose charges are in the daily export too. */
  readonly oneTimeExport: BillFile;
  /** The newest AWS month as a later delivery restates it. The demo does not import it. */
  readonly restatement: BillFile;
}

/** Days of the one-time export. */
export const ONE_TIME_DAYS = 5;

/** Writes the additional deliveries under `dir`; none of those that the demo imports changes the final bill. */
export function writeOddFiles(dir: string, options: BillOptions): OddFiles {
  const months = billingMonths(options.asOf);
  const [oldest, newest] = [months[0], months.at(-1)];
  if (oldest === undefined || newest === undefined) throw new Error('there is no billing month');
  const lastDay = new Date(oldest.end - 1).toISOString().slice(0, 10);
  return {
    firstEdition: writeBillMonth(
      join(dir, 'aws-odd'),
      'aws',
      oldest,
      firstEdition(billRows('aws', options.seed, oldest), lastDay),
    ),
    oneTimeExport: writeBillMonth(
      join(dir, 'azure-odd'),
      'azure',
      newest,
      firstDays(billRows('azure', options.seed, newest), ONE_TIME_DAYS),
    ),
    restatement: writeBillMonth(
      join(dir, 'aws-odd'),
      'aws',
      newest,
      restatedEdition(billRows('aws', options.seed, newest)),
    ),
  };
}

/** Writes rows of one month as a cloud exports them, as `focus-YYYY-MM.csv` in the folder. */
export function writeBillMonth(folder: string, cloud: Cloud, month: BillingMonth, rows: Iterable<BillRow>): BillFile {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `focus-${month.label}.csv`);
  return { cloud, month: month.label, path, rows: writeMonth(path, cloud, rows) };
}

/** The exact totals of `writeBill` with the same options, summed with decimals from the generated rows. */
export function expectedTotals(options: BillOptions): ExpectedTotals[] {
  return clouds.flatMap((cloud) =>
    billingMonths(options.asOf).map((month) => {
      let sum = noCosts();
      let rows = 0;
      for (const row of billRows(cloud, options.seed, month)) {
        sum = addCosts(sum, row);
        rows++;
      }
      return {
        cloud,
        serviceProviderName: sellers[cloud].providerName,
        month: month.label,
        rows,
        billedCost: plain(sum.billedCost),
        effectiveCost: plain(sum.effectiveCost),
        listCost: plain(sum.listCost),
        contractedCost: plain(sum.contractedCost),
      };
    }),
  );
}

function writeMonth(path: string, cloud: Cloud, rows: Iterable<BillRow>): number {
  const file = openSync(path, 'w');
  try {
    let count = 0;
    for (const { text, rows: written } of billTexts(cloud, rows)) {
      writeSync(file, text);
      count += written;
    }
    return count;
  } finally {
    closeSync(file);
  }
}

/** The file of a bill in parts of about a megabyte, each with its number of rows. */
export function* billTexts(cloud: Cloud, rows: Iterable<BillRow>): Generator<{ text: string; rows: number }> {
  const columns: readonly (FocusColumn | ExtraColumn)[] = [...focusColumns, ...extraColumns[cloud]];
  // The clouds' own ways to write null: AWS' FOCUS samples have the word, Azure leaves the field empty.
  const nullText = cloud === 'aws' ? 'NULL' : '';
  let count = 0;
  let chunk = `${columns.join(',')}\n`;
  for (const row of rows) {
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i];
      const value = column === undefined ? undefined : row[column];
      chunk += (i === 0 ? '' : ',') + (value === undefined ? nullText : csvField(value));
    }
    chunk += '\n';
    count++;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield { text: chunk, rows: count };
    [chunk, count] = ['', 0];
  }
  yield { text: chunk, rows: count };
}

/** RFC 4180: quoted where it holds a comma, a quote or a line end. */
function csvField(value: string): string {
  return /[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
