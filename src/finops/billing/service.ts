import { createHash } from 'node:crypto';
import { AppError } from '../../platform/errors/index.ts';
import type { Events } from '../../platform/events/index.ts';
import type { Lake, StagedFile } from '../../platform/lake/index.ts';
import type { Objects } from '../../platform/objects/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import { createMutex } from '../../platform/store/mutex.ts';
import { type Clock, decimalString } from '../../platform/units/index.ts';
import type { ReceivedUpload, Uploads } from '../../platform/uploads/index.ts';
import { type BillUnit, billRows, unitPartition } from './bill-rows.ts';
import { CostMetric, type ImportResult, type MetricTotal } from './schema.ts';
import { type StagedBillFile, stageBillFile } from './staging.ts';
import { findDelivery, insertDelivery, type StoredDelivery, takeUnits } from './store.ts';

/** What is derived from bill rows elsewhere and must change in the same instant (allocations). */
export interface BillDeriver {
  /** Derives with the change applied to the current bill; nothing of it is visible until it is swapped in. */
  derive(sql: Sql, change: BillChange): Promise<BillDerivation>;
}
export interface BillDerivation {
  swapIn(sql: Sql): Promise<void>;
  discard(): Promise<void>;
}

/** Current files of the `remove` partitions go, those of `add` come, in one transaction. */
export interface BillChange {
  readonly remove: readonly string[];
  readonly add: readonly StagedFile[];
}

export interface BillingDeps {
  readonly store: Store;
  readonly lake: Lake;
  readonly objects: Objects;
  readonly uploads: Uploads;
  readonly events: Pick<Events, 'append'>;
  readonly clock: Clock;
  readonly deriver: BillDeriver;
}

export interface ImportRequest {
  readonly source: string;
  readonly files: readonly { readonly upload: string; readonly name: string }[];
  readonly allowRejected: number;
}

interface Incoming extends ReceivedUpload {
  readonly shownName: string;
}

/** One import at a time: two deliveries of one unit must not both be "the newest". */
const importing = () => createMutex();

export function createImporter(deps: BillingDeps): (request: ImportRequest) => Promise<ImportResult> {
  const turn = importing();
  return async (request) => {
    const release = await turn.acquire();
    try {
      return await importBill(deps, request);
    } finally {
      release();
    }
  };
}

async function importBill(deps: BillingDeps, request: ImportRequest): Promise<ImportResult> {
  const incoming = await Promise.all(
    request.files.map(
      async ({ upload, name }): Promise<Incoming> => ({ ...(await deps.uploads.facts(upload)), shownName: name }),
    ),
  );
  const delivery = deliveryId(request.source, incoming);
  const known = await findDelivery(deps.store, delivery);
  if (known !== null) {
    await settleUploads(deps, incoming);
    return resultOf(known, true);
  }
  const staged = await stageAll(deps, request, delivery, incoming);
  const files = staged.flatMap(({ accepted }) => accepted.map(({ file }) => file));
  try {
    refuseRejected(request, staged);
    const stored = await store(deps, request, delivery, incoming, staged, files);
    return resultOf(stored, false);
  } catch (error) {
    await deps.lake.discard(files);
    throw error;
  }
}

/** The same files of the same source are the same delivery, whatever they are called and in whatever order. */
function deliveryId(source: string, files: readonly Incoming[]): string {
  const hash = createHash('sha256').update(source);
  for (const sha256 of files.map((file) => file.sha256).toSorted()) hash.update(sha256);
  return `d_${hash.digest('hex').slice(0, 20)}`;
}

async function stageAll(
  deps: BillingDeps,
  request: ImportRequest,
  delivery: string,
  incoming: readonly Incoming[],
): Promise<StagedBillFile[]> {
  const staged: StagedBillFile[] = [];
  try {
    for (const file of incoming) {
      const path = await deps.objects.localPath(deps.uploads.keyOf(file.upload));
      if (path === null) throw new Error('uploads are kept on this machine');
      const origin = { delivery, source: request.source, file: file.shownName };
      staged.push(await stageBillFile(deps.lake, { path, name: file.shownName, origin, unit: unitOf(request.source), dataset: null }));
    }
  } catch (error) {
    await deps.lake.discard(staged.flatMap(({ accepted }) => accepted.map(({ file }) => file)));
    throw error;
  }
  return staged;
}

function unitOf(source: string): Omit<BillUnit, 'period'> {
  return { source, exportName: 'default', dataset: 'CostAndUsage', scope: 'default' };
}

function refuseRejected(request: ImportRequest, staged: readonly StagedBillFile[]): void {
  const rejectedRows = staged.reduce((sum, file) => sum + file.rejectedRows, 0);
  if (rejectedRows <= request.allowRejected) return;
  const rejected = staged.flatMap((file) => file.rejected).slice(0, 1000);
  const [first] = rejected;
  const where = first === undefined ? '' : ` First: ${first.file}, line ${first.line ?? '?'}: ${first.reason}.`;
  const rows = rejectedRows === 1 ? '1 row is' : `${rejectedRows} rows are`;
  const accepted = staged.reduce((sum, file) => sum + file.acceptedRows, 0);
  const result: ImportResult = {
    delivery: null,
    source: request.source,
    rows: accepted + rejectedRows,
    accepted,
    rejected,
    rejectedRows,
    periods: [],
    totals: [],
    replaced: [],
    unchanged: false,
  };
  throw new AppError(
    'bill_rows_rejected',
    `${rows} not acceptable, so nothing was stored.${where} Mend the file, or leave them out with --allow-rejected ${rejectedRows}.`,
    { ...result },
  );
}

async function store(
  deps: BillingDeps,
  request: ImportRequest,
  delivery: string,
  incoming: readonly Incoming[],
  staged: readonly StagedBillFile[],
  files: readonly StagedFile[],
): Promise<StoredDelivery> {
  const totals = await totalsOf(deps.lake, files);
  const periods = [...new Set(staged.flatMap(({ accepted }) => accepted.map(({ period }) => period)))].toSorted();
  const units = periods.map((period) => ({ ...unitOf(request.source), period }));
  const partitions = units.map(unitPartition);
  const derivation = await deps.deriver.derive(deps.store, { remove: partitions, add: files });
  try {
    const stored = await deps.store.transaction(async (sql) => {
      const replaced = await takeUnits(sql, delivery, units);
      const record: StoredDelivery = {
        id: delivery,
        source: request.source,
        receivedAt: new Date(deps.clock.now()).toISOString(),
        periods,
        files: incoming.map((file) => ({ name: file.shownName, sizeBytes: file.sizeBytes, sha256: file.sha256 })),
        acceptedRows: staged.reduce((sum, file) => sum + file.acceptedRows, 0),
        rejectedRows: staged.reduce((sum, file) => sum + file.rejectedRows, 0),
        rejected: staged.flatMap((file) => file.rejected).slice(0, 1000),
        totals,
        replaced,
      };
      await insertDelivery(sql, record);
      await deps.lake.swap(sql, billRows, { remove: partitions, add: files });
      await derivation.swapIn(sql);
      const payload = { delivery, source: request.source, periods, replaced };
      await deps.events.append(sql, { type: 'bill.imported', subject: `source:${request.source}`, payload });
      return record;
    });
    await settleUploads(deps, incoming);
    return stored;
  } catch (error) {
    await derivation.discard();
    throw error;
  }
}

/** The raw files stay, by hash, so that every row can be traced to the bytes it came from. */
async function settleUploads(deps: BillingDeps, incoming: readonly Incoming[]): Promise<void> {
  for (const file of incoming) await deps.uploads.settle(file.upload, `bills/${file.sha256}`);
}

async function totalsOf(lake: Lake, files: readonly StagedFile[]): Promise<MetricTotal[]> {
  const sums = CostMetric.options.map((metric) => {
    const column = metric.charAt(0).toUpperCase() + metric.slice(1);
    return `sum("${column}")::VARCHAR AS "${metric}"`;
  });
  const rows = await lake.query(
    `SELECT BillingCurrency AS currency, ${sums.join(', ')} FROM ${lake.stagedRelation(billRows, files)} GROUP BY ALL ORDER BY 1`,
  );
  return CostMetric.options.flatMap((metric) =>
    rows
      .filter((row) => row[metric] !== null)
      .map((row) => ({ metric, currency: String(row.currency), amount: decimalString(String(row[metric])) })),
  );
}

function resultOf(stored: StoredDelivery, unchanged: boolean): ImportResult {
  return {
    delivery: stored.id,
    source: stored.source,
    rows: stored.acceptedRows + stored.rejectedRows,
    accepted: stored.acceptedRows,
    rejected: [...stored.rejected],
    rejectedRows: stored.rejectedRows,
    periods: [...stored.periods],
    totals: [...stored.totals],
    replaced: unchanged ? [] : [...stored.replaced],
    unchanged,
  };
}
