import { closeSync, fsyncSync, openSync, statSync, writeSync } from 'node:fs';
import { billingMonths } from '../examples/recommender/bill/calendar.ts';
import { type BillRow, extraColumns, focusColumns } from '../examples/recommender/bill/focus-columns.ts';
import { Exact, plain } from '../examples/recommender/bill/money.ts';
import { billRows } from '../examples/recommender/bill/write-bill.ts';

export interface BenchBill {
  readonly path: string;
  readonly rows: number;
  readonly sizeBytes: number;
  /** Exact sum of BilledCost, as a decimal string: the expected result of an import. */
  readonly billedCost: string;
}

const SEED = 1;
/** The second of the three months is closed and complete: October 2026. */
const AS_OF = new Date('2026-11-15T00:00:00Z');
const COLUMNS = [...focusColumns, ...extraColumns.aws];
const CHUNK_CHARACTERS = 4 * 1024 * 1024;

/**
 * Writes one month of the demo's AWS bill repeatedly, each time with new resources, until there are `rows` rows: the
 * columns, texts, defects (the word NULL) and repetition of a real FOCUS 1.2 export, in one billing period.
 */
export function writeBenchBill(path: string, rows: number): BenchBill {
  const month = billingMonths(AS_OF)[1];
  if (month === undefined) throw new Error('the generator makes three months');
  const template = [...billRows('aws', SEED, month)].map((row) => ({
    parts: partsOf(row),
    cost: row.BilledCost ?? '0',
  }));
  let total = new Exact(0);
  let chunk = `${COLUMNS.join(',')}\n`;
  const file = openSync(path, 'w');
  for (let index = 0; index < rows; index++) {
    const row = template[index % template.length];
    if (row === undefined) throw new Error('the generator made no rows');
    const [before, resource, after] = row.parts;
    const copy = resource === 'NULL' ? resource : `${resource}-${Math.floor(index / template.length)}`;
    chunk += `${before},${copy},${after}\n`;
    total = total.plus(row.cost);
    if (chunk.length < CHUNK_CHARACTERS) continue;
    writeSync(file, chunk);
    chunk = '';
  }
  writeSync(file, chunk);
  // Written out now, so that the disk is not still busy with it when the clock runs.
  fsyncSync(file);
  closeSync(file);
  return { path, rows, sizeBytes: statSync(path).size, billedCost: plain(total) };
}

/** The row's text before its resource id, the id, and the text after it. */
function partsOf(row: BillRow): [before: string, resource: string, after: string] {
  const fields = COLUMNS.map((column) => csvField(row[column]));
  const at = COLUMNS.indexOf('ResourceId');
  return [fields.slice(0, at).join(','), fields[at] ?? 'NULL', fields.slice(at + 1).join(',')];
}

function csvField(value: string | undefined): string {
  if (value === undefined) return 'NULL';
  return /[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
