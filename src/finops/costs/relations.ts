import type { Lake, StagedFile } from '../../platform/lake/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import { allocatedDaily, allocations, findState, parsePartitionPeriod } from '../allocation/index.ts';
import { type Billing, billRows, canContain, listOtherColumns } from '../billing/index.ts';
import type { Exchange } from '../exchange/index.ts';
import { parseFilter } from './filters.ts';
import type { CostRelations, RowSelection } from './query.ts';

export interface CostsDeps {
  readonly store: Store;
  readonly lake: Lake;
  readonly config: { readonly reportingCurrency?: string | undefined };
  readonly exchange: Pick<Exchange, 'conversion'>;
  readonly billing: Pick<Billing, 'currentUnits' | 'rejectedRows' | 'countedUnits' | 'producedAt' | 'deliveryNotFound'>;
}

/** The lake files that a query reads. */
export interface CostFiles {
  readonly bill: readonly StagedFile[];
  readonly allocation: readonly StagedFile[];
  /** The daily roll-up of the same state; absent for a past delivery. */
  readonly daily?: readonly StagedFile[];
}

/** Lake files that a query reads. Errors: `bill_delivery_not_found`, `bill_delivery_deleted`, `invalid_request`. */
export async function findCostFiles(deps: CostsDeps, selection: RowSelection): Promise<CostFiles> {
  const files =
    selection.delivery === undefined
      ? await findCurrentFiles(deps)
      : await findDeliveredFiles(deps, selection.delivery);
  return selectFiles(files, selection, await findSourcePartitions(deps, selection.withoutSources ?? []));
}

/** Those of the files that can hold rows of a selection; `omitted`: partitions that are left out. */
export function selectFiles(
  files: CostFiles,
  selection: RowSelection,
  omitted: ReadonlySet<string> = new Set(),
): CostFiles {
  const isRead = ({ partition }: StagedFile) =>
    !omitted.has(partition) && canContain(selection, parsePartitionPeriod(partition));
  return {
    bill: files.bill.filter(isRead),
    allocation: files.allocation.filter(isRead),
    ...(files.daily === undefined ? {} : { daily: files.daily.filter(isRead) }),
  };
}

async function findSourcePartitions(
  { store, billing }: CostsDeps,
  sources: readonly string[],
): Promise<ReadonlySet<string>> {
  if (sources.length === 0) return new Set();
  const units = await billing.currentUnits(store);
  return new Set(units.filter(({ source }) => sources.includes(source)).map(({ partition }) => partition));
}

/** Relations that a query over `dimensions` reads. */
export async function buildRelations(
  deps: CostsDeps,
  selection: RowSelection,
  dimensions: readonly string[] = [],
): Promise<CostRelations> {
  return createRelations(deps.lake, await findCostFiles(deps, selection), listNamedDimensions(selection, dimensions));
}

/** All dimensions that a query uses. */
export function listNamedDimensions({ filter }: RowSelection, dimensions: readonly string[]): string[] {
  return [...dimensions, ...filter.map((text) => parseFilter(text).dimension)];
}

export function createRelations(lake: Lake, files: CostFiles, named: readonly string[] = []): CostRelations {
  return {
    bill: lake.stagedRelation(billRows, files.bill, listOtherColumns(named)),
    allocation: lake.stagedRelation(allocations, files.allocation),
    ...(files.daily === undefined ? {} : { daily: lake.stagedRelation(allocatedDaily, files.daily) }),
  };
}

/**
 * One transaction swaps these files, but separate statements read them: reads again when a swap happened in between.
 */
export async function findCurrentFiles({ store, lake }: CostsDeps): Promise<CostFiles> {
  for (;;) {
    const before = await readSequences(store, lake);
    const bill = await lake.files(store, billRows);
    const allocation = await lake.files(store, allocations);
    const daily = await lake.files(store, allocatedDaily);
    if ((await readSequences(store, lake)) === before) return { bill, allocation, daily };
  }
}

async function readSequences(sql: Sql, lake: Lake): Promise<string> {
  const tables = [billRows, allocations, allocatedDaily];
  return JSON.stringify(await Promise.all(tables.map((table) => lake.sequence(sql, table))));
}

/**
 * Rows of a delivery, counted or not, with the last allocation that included it. A delivery that never counted was
 * never allocated, so all of its cost is unallocated.
 */
async function findDeliveredFiles({ store, lake, billing }: CostsDeps, delivery: string): Promise<CostFiles> {
  const units = await billing.countedUnits(store, delivery);
  if (units === null) throw await billing.deliveryNotFound(store, delivery);
  const periods = [...new Set(units.map(({ period }) => period))];
  const states = await Promise.all(periods.map((period) => findState(store, { period, delivery })));
  const allocated = states.flatMap((state) => state?.allocationFiles ?? []);
  return {
    bill: await lake.filesById(
      store,
      billRows,
      units.flatMap(({ lakeFiles }) => lakeFiles),
    ),
    // The state can include files of other units, whose deliveries have been deleted since.
    allocation: await lake.keptById(store, allocations, allocated),
  };
}

/** Number of rejected rows in the deliveries that a query reads. */
export async function countRejectedRows({ store, billing }: CostsDeps, selection: RowSelection): Promise<number> {
  if (selection.delivery !== undefined) return billing.rejectedRows(store, selection.delivery);
  const units = await billing.currentUnits(store);
  const deliveries = new Set(
    units.filter(({ period }) => canContain(selection, period)).map(({ delivery }) => delivery),
  );
  const counts = await Promise.all([...deliveries].map((id) => billing.rejectedRows(store, id)));
  return counts.reduce((sum, count) => sum + count, 0);
}
