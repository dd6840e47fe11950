import { AppError } from '../../../platform/errors/index.ts';
import type { Lake, StagedFile } from '../../../platform/lake/index.ts';
import type { Objects } from '../../../platform/objects/index.ts';
import { createUploadNotFound, type Uploads } from '../../../platform/uploads/index.ts';
import type { RejectedRow } from '../schema.ts';
import type { DeliveryFile } from '../store.ts';
import type { DeliveryFileRef, DeliveryRequest } from './delivery-request.ts';
import { type StagedBillFile, stageBillFile } from './staging.ts';

export interface IntakeDeps {
  readonly lake: Lake;
  readonly objects: Objects;
  readonly uploads: Uploads;
}

/** A file of a delivery with the current location of its bytes. */
export interface Incoming extends DeliveryFile {
  /** Object key of the upload, or of the kept raw file. */
  readonly key: string;
  /** Null for bytes that are already kept. */
  readonly upload: string | null;
}

/** Permanent key of a raw file, by its hash, so that every row can be traced to its bytes. */
export function buildRawKey(sha256: string): string {
  return `bills/${sha256}`;
}

/** Errors: `upload_not_found`, `bill_raw_not_found`. */
export async function openIncomingFiles(deps: IntakeDeps, files: readonly DeliveryFileRef[]): Promise<Incoming[]> {
  return Promise.all(files.map((file) => openIncomingFile(deps, file)));
}

async function openIncomingFile({ uploads, objects }: IntakeDeps, file: DeliveryFileRef): Promise<Incoming> {
  if ('upload' in file) {
    const { sizeBytes, sha256 } = await uploads.received(file.upload);
    const waiting = uploads.keyOf(file.upload);
    // An import whose answer was lost, or which was killed, may have moved the bytes.
    for (const key of [waiting, buildRawKey(sha256)]) {
      if ((await objects.digest(key))?.sha256 !== sha256) continue;
      return { name: file.name, sizeBytes, sha256, key, upload: file.upload };
    }
    if ((await objects.size(waiting)) === null) throw createUploadNotFound(file.upload);
    const detail = `${file.name}: the upload ${file.upload} does not hold the bytes that were sent. Send the file again.`;
    throw new AppError('object_damaged', detail, { file: file.name });
  }
  const key = buildRawKey(file.sha256);
  const kept = await objects.digest(key);
  if (kept === null || kept.sha256 !== file.sha256) {
    const why = kept === null ? 'no bytes' : 'only damaged bytes';
    const detail = `${file.name}: ${why} with the hash ${file.sha256} are kept. Send the file.`;
    throw new AppError('bill_raw_not_found', detail, { file: file.name });
  }
  return { name: file.name, sizeBytes: kept.sizeBytes, sha256: file.sha256, key, upload: null };
}

/** Moves uploads to their permanent keys. Bytes already kept there stay, unless they are damaged. */
export async function settleFiles({ uploads, objects }: IntakeDeps, files: readonly Incoming[]): Promise<void> {
  for (const { upload, sha256 } of files) {
    if (upload === null) continue;
    const key = buildRawKey(sha256);
    const kept = await objects.digest(key);
    if (kept !== null && kept.sha256 !== sha256) await objects.rename(uploads.keyOf(upload), key);
    await uploads.settle(upload, key);
  }
}

/** Reads every file into the lake without making it visible. An error in a file leaves no staged files. */
export async function stageFiles(
  deps: IntakeDeps,
  request: DeliveryRequest,
  delivery: string,
  files: readonly Incoming[],
): Promise<StagedBillFile[]> {
  const staged: StagedBillFile[] = [];
  try {
    for (const file of files) staged.push(await stageFile(deps, request, delivery, file));
    return request.period === null ? staged : await rejectOtherPeriods(deps.lake, staged, request.period);
  } catch (error) {
    await deps.lake.discard(listStagedFiles(staged));
    throw error;
  }
}

async function stageFile(
  deps: IntakeDeps,
  { source, exportName, scope, dataset, period, dateFormat, numberFormat }: DeliveryRequest,
  delivery: string,
  file: Incoming,
): Promise<StagedBillFile> {
  const path = await deps.objects.localPath(file.key);
  if (path === null) throw new Error('raw bill files are kept on this machine');
  return stageBillFile(deps.lake, {
    path,
    name: file.name,
    origin: { delivery, source, file: file.name },
    unit: { source, exportName, dataset: dataset ?? 'CostAndUsage', scope },
    dataset,
    period,
    declared: { dates: dateFormat, numbers: numberFormat },
  });
}

export function listStagedFiles(staged: readonly StagedBillFile[]): StagedFile[] {
  return staged.flatMap(({ accepted }) => accepted.map(({ file }) => file));
}

const LISTED_STRAYS = 1000;
const DECLARED = 'the delivery is declared to be';

/** True for a row rejected only because it belongs to a billing period other than the declared one. */
export function isOfOtherPeriod({ column, reason }: RejectedRow): boolean {
  return column === 'BillingPeriodStart' && reason.includes(DECLARED);
}

/**
 * A delivery with a declared period replaces that period, so rows of other periods are rejected: they would count in
 * the wrong period.
 */
async function rejectOtherPeriods(
  lake: Lake,
  staged: readonly StagedBillFile[],
  period: string,
): Promise<StagedBillFile[]> {
  const kept: StagedBillFile[] = [];
  for (const file of staged) {
    const strays = file.accepted.filter((part) => part.period !== period);
    if (strays.length === 0) kept.push(file);
    else kept.push(await dropStrays(lake, file, strays, period));
  }
  return kept;
}

async function dropStrays(
  lake: Lake,
  staged: StagedBillFile,
  strays: StagedBillFile['accepted'],
  period: string,
): Promise<StagedBillFile> {
  const relation = lake.stagedRelation(
    strayTable,
    strays.map(({ file }) => file),
  );
  const rows = await lake.query(
    `SELECT file, period, coalesce(source_row, file_row_number + 1)::INTEGER AS record FROM ${relation}
      ORDER BY record LIMIT ${LISTED_STRAYS}`,
  );
  const rejected = rows.map((row): RejectedRow => {
    const reason = `record ${String(row.record)} is of billing period ${String(row.period)}; ${DECLARED} ${period}`;
    return { file: String(row.file), line: null, column: 'BillingPeriodStart', reason };
  });
  await lake.discard(strays.map(({ file }) => file));
  const count = strays.reduce((sum, { file }) => sum + file.rows, 0);
  return {
    ...staged,
    accepted: staged.accepted.filter((part) => part.period === period),
    acceptedRows: staged.acceptedRows - count,
    rejectedRows: staged.rejectedRows + count,
    rejected: [...staged.rejected, ...rejected].slice(0, LISTED_STRAYS),
  };
}

const strayTable = { name: 'bill_row', columns: { file: 'VARCHAR', period: 'VARCHAR', source_row: 'BIGINT' } };
