import { basename } from 'node:path';
import { AppError } from '../../../platform/errors/index.ts';
import type { Download } from '../../../platform/http/index.ts';
import { type Lake, quoteIdentifier, quoteLiteral } from '../../../platform/lake/index.ts';
import type { Objects } from '../../../platform/objects/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import { createDeliveryNotFoundError } from '../delivery-not-found.ts';
import { castToText } from '../formats/convert.ts';
import { buildRawKey } from '../intake/index.ts';
import { type DeliveryFile, findDelivery, type StoredDelivery } from '../store.ts';
import { findRecord } from './record.ts';
import type { RawRow } from './schema.ts';

export interface RawDeps {
  readonly store: Store;
  readonly lake: Lake;
  readonly objects: Objects;
}

export interface RawQuestion {
  readonly delivery: string;
  readonly file: string;
}

/** The unchanged bytes of a delivered file. Errors: `bill_delivery_not_found`, `bill_raw_not_found`. */
export async function openRawFile(deps: RawDeps, question: RawQuestion): Promise<Download> {
  const { file } = await findKeptFile(deps, question);
  const { content } = await deps.objects.open(buildRawKey(file.sha256));
  return { contentType: 'application/octet-stream', filename: basename(file.name), content };
}

/** One unchanged record of a delivered file. Errors: those of `rawFile`, `bill_row_not_found`. */
export async function readRawRow(deps: RawDeps, question: RawQuestion & { readonly row: number }): Promise<RawRow> {
  const { delivery, file } = await findKeptFile(deps, question);
  const path = await deps.objects.localPath(buildRawKey(file.sha256));
  if (path === null) throw new Error('raw bill files are kept on this machine');
  const found = (await isParquet(deps.objects, file))
    ? await readParquetRecord(deps.lake, path, question.row)
    : await findRecord(path, question.row, listMalformedLines(delivery, file));
  if (found !== null) return { delivery: delivery.id, file: file.name, row: question.row, ...found };
  const detail = `${file.name} of ${delivery.id} has no record ${question.row}. Records are counted from 1, without the header.`;
  throw new AppError('bill_row_not_found', detail, { file: file.name, row: question.row });
}

async function findKeptFile(
  { store, objects }: RawDeps,
  question: RawQuestion,
): Promise<{ delivery: StoredDelivery; file: DeliveryFile }> {
  const delivery = await findDelivery(store, question.delivery);
  if (delivery === null) throw await createDeliveryNotFoundError(store, question.delivery);
  const file = delivery.files.find(({ name }) => name === question.file);
  if (file !== undefined && (await objects.size(buildRawKey(file.sha256))) !== null) return { delivery, file };
  if (delivery.rawDeletedAt !== null) throw createRawDeletedError(delivery, question.file);
  const names = delivery.files.slice(0, 5).map(({ name }) => name);
  const detail = `${delivery.id} has no file "${question.file}". Its files: ${names.join(', ')}.`;
  throw new AppError('bill_raw_not_found', detail, { delivery: delivery.id, file: question.file });
}

function createRawDeletedError({ id, rawDeletedAt }: StoredDelivery, file: string): AppError {
  const detail = `The raw files of ${id} were deleted at ${rawDeletedAt} by retention (setting rawBillDays). Import the same files again to restore them.`;
  return new AppError('bill_raw_deleted', detail, { delivery: id, file, at: rawDeletedAt });
}

/** Malformed lines that the reader did not count as records. */
function listMalformedLines(delivery: StoredDelivery, file: DeliveryFile): ReadonlySet<number> {
  const lines = delivery.rejected
    .filter((row) => row.file === file.name && row.column === null)
    .map(({ line }) => line);
  return new Set(lines.filter((line) => line !== null));
}

async function isParquet(objects: Objects, { sha256 }: DeliveryFile): Promise<boolean> {
  const { content } = await objects.open(buildRawKey(sha256), { start: 0, end: 4 });
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1') === 'PAR1';
}

async function readParquetRecord(
  lake: Lake,
  path: string,
  row: number,
): Promise<Pick<RawRow, 'line' | 'fields'> | null> {
  const source = `read_parquet(${quoteLiteral(path)}, file_row_number = true)`;
  const described = await lake.query(`DESCRIBE SELECT * EXCLUDE (file_row_number) FROM ${source}`);
  const columns = described.map(({ column_name: name, column_type: type }) => ({
    name: String(name),
    type: String(type),
  }));
  const texts = columns.map(
    ({ name, type }, index) => `${castToText({ sql: quoteIdentifier(name), type })} AS c${index}`,
  );
  const [record] = await lake.query(`SELECT ${texts.join(', ')} FROM ${source} WHERE file_row_number = ${row - 1}`);
  if (record === undefined) return null;
  const fields = columns.map(({ name }, index) => {
    const value = record[`c${index}`];
    return { column: name, value: value === null || value === undefined ? null : String(value) };
  });
  return { line: null, fields };
}
