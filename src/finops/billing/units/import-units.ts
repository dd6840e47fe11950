import type { StagedFile } from '../../../platform/lake/index.ts';
import { type BillUnit, unitPartition } from '../bill-rows.ts';
import { IDENTITY_COLUMNS, type UnitFacts, unitFacts } from '../facts.ts';
import type { DeliveryRequest, StagedBillFile } from '../intake/index.ts';
import { deliveriesOfUnit } from '../store.ts';
import { contentOf, type LedgerDeps } from './ledger.ts';
import { type StandingUnit, standingUnits } from './unit-store.ts';

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
export async function arrivingUnits(
  deps: LedgerDeps,
  request: DeliveryRequest,
  staged: readonly StagedBillFile[],
  producedAt: string,
): Promise<ArrivingUnit[]> {
  const standing = await standingUnits(deps.store);
  const units: ArrivingUnit[] = [];
  const format = [...new Set(staged.map((file) => file.format))].toSorted().join(', ');
  const columns = IDENTITY_COLUMNS.filter((column) => staged.every((file) => file.columns.includes(column)));
  for (const [partition, { unit, files }] of filesByUnit(request, staged)) {
    const facts = await unitFacts(deps.lake, files, { format, columns });
    const stands = standing.find((known) => known.partition === partition);
    const newer = (await deliveriesOfUnit(deps.store, partition)).find((known) => known.producedAt > producedAt);
    const rows = files.reduce((sum, file) => sum + file.rows, 0);
    const remark =
      newer === undefined
        ? joinRemarks(...staged.map((file) => file.written.remark), await currencyRemark(deps, facts, stands))
        : `made ${producedAt}, before ${newer.delivery}, which was made ${newer.producedAt}`;
    units.push({ ...unit, partition, files, rows, facts, isOlder: newer !== undefined, remark });
  }
  return units;
}

/** Staged files by the partition of their unit, in the order in which a delivery keeps them. */
export function filesByUnit(
  request: DeliveryRequest,
  staged: readonly StagedBillFile[],
): Map<string, { unit: BillUnit; files: StagedFile[] }> {
  const { source, exportName, scope } = request;
  const units = new Map<string, { unit: BillUnit; files: StagedFile[] }>();
  const take = (dataset: BillUnit['dataset'], period: string, file: StagedFile | null) => {
    const unit = { source, exportName, dataset, scope, period };
    const partition = unitPartition(unit);
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

async function currencyRemark(
  deps: LedgerDeps,
  facts: UnitFacts,
  stands: StandingUnit | undefined,
): Promise<string | null> {
  if (stands === undefined) return null;
  const before = (await contentOf(deps, stands.delivery, stands.partition)).facts.currencies.join(', ');
  const now = facts.currencies.join(', ');
  if (before === now || before === '' || now === '') return null;
  return `billed in ${now}; ${stands.delivery} before it was billed in ${before}`;
}
