import type { StagedFile } from '../../../platform/lake/index.ts';
import { type BillUnit, buildUnitPartition } from '../bill-rows.ts';
import { IDENTITY_COLUMNS, readUnitFacts, type UnitFacts } from '../facts.ts';
import type { DeliveryRequest, StagedBillFile } from '../intake/index.ts';
import { findDeliveriesOfUnit } from '../store.ts';
import { type LedgerDeps, readUnitContent } from './ledger.ts';
import { findStandingUnits, type StandingUnit } from './unit-store.ts';

/** Rows of a delivery for one unit. */
export interface ArrivingUnit extends BillUnit {
  readonly partition: string;
  readonly files: readonly StagedFile[];
  readonly rows: number;
  readonly facts: UnitFacts;
  /** A newer delivery of the unit arrived before this one. */
  readonly isOlder: boolean;
  /** Notable fact about the unit; null when there is none. */
  readonly remark: string | null;
}

/**
 * Groups the staged files of a delivery into units, by dataset and billing period, and compares them with earlier
 * deliveries.
 */
export async function buildArrivingUnits(
  deps: LedgerDeps,
  request: DeliveryRequest,
  staged: readonly StagedBillFile[],
  producedAt: string,
): Promise<ArrivingUnit[]> {
  const standing = await findStandingUnits(deps.store);
  const units: ArrivingUnit[] = [];
  const format = [...new Set(staged.map((file) => file.format))].toSorted().join(', ');
  const columns = IDENTITY_COLUMNS.filter((column) => staged.every((file) => file.columns.includes(column)));
  for (const [partition, { unit, files }] of groupFilesByUnit(request, staged)) {
    const facts = await readUnitFacts(deps.lake, files, { format, columns });
    const stands = standing.find((known) => known.partition === partition);
    const newer = (await findDeliveriesOfUnit(deps.store, partition)).find((known) => known.producedAt > producedAt);
    const rows = files.reduce((sum, file) => sum + file.rows, 0);
    const remark =
      newer === undefined
        ? joinRemarks(...staged.map((file) => file.written.remark), await buildCurrencyRemark(deps, facts, stands))
        : `made ${producedAt}, before ${newer.delivery}, which was made ${newer.producedAt}`;
    units.push({ ...unit, partition, files, rows, facts, isOlder: newer !== undefined, remark });
  }
  return units;
}

/** Staged files by the partition of their unit, in the order in which a delivery keeps them. */
export function groupFilesByUnit(
  request: DeliveryRequest,
  staged: readonly StagedBillFile[],
): Map<string, { unit: BillUnit; files: StagedFile[] }> {
  const { source, exportName, scope } = request;
  const units = new Map<string, { unit: BillUnit; files: StagedFile[] }>();
  const take = (dataset: BillUnit['dataset'], period: string, file: StagedFile | null) => {
    const unit = { source, exportName, dataset, scope, period };
    const partition = buildUnitPartition(unit);
    const taken = units.get(partition) ?? { unit, files: [] };
    if (file !== null) taken.files.push({ ...file, partition });
    units.set(partition, taken);
  };
  for (const { dataset, accepted } of staged) {
    // A declared period is replaced even when no row is left in it.
    if (request.period !== null) take(request.dataset ?? dataset, request.period, null);
    for (const { period, file } of accepted) take(request.dataset ?? dataset, period, file);
  }
  return units;
}

function joinRemarks(...remarks: readonly (string | null)[]): string | null {
  const said = [...new Set(remarks.filter((remark) => remark !== null))];
  return said.length === 0 ? null : said.join('; ');
}

async function buildCurrencyRemark(
  deps: LedgerDeps,
  facts: UnitFacts,
  stands: StandingUnit | undefined,
): Promise<string | null> {
  if (stands === undefined) return null;
  const before = (await readUnitContent(deps, stands.delivery, stands.partition)).facts.currencies.join(', ');
  const now = facts.currencies.join(', ');
  if (before === now || before === '' || now === '') return null;
  return `billed in ${now}; ${stands.delivery} before it was billed in ${before}`;
}
