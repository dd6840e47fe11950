import { AppError } from '../../platform/errors/index.ts';
import type { Lake, StagedFile } from '../../platform/lake/index.ts';
import type { Store } from '../../platform/store/index.ts';
import { billRows } from './bill-rows.ts';
import { readUnitFacts } from './facts.ts';
import type { DeliveryRequest } from './intake/index.ts';
import { computeDeliveryId, type IntakeDeps, listStagedFiles, openIncomingFiles, stageFiles } from './intake/index.ts';
import {
  type DeliveryUnit,
  findDelivery,
  findUnitOfLakeFile,
  findUnitsOfDelivery,
  type StoredDelivery,
} from './store.ts';
import { groupFilesByUnit } from './units/index.ts';

export interface RebuildDeps extends IntakeDeps {
  readonly store: Store;
  readonly lake: Lake;
}

/**
 * Rebuilds damaged files of `bill_row` from the raw files of their deliveries. Returns by id: null, or the reason of
 * the failure.
 */
export async function rebuildBillFiles(
  deps: RebuildDeps,
  files: readonly StagedFile[],
): Promise<Map<string, string | null>> {
  const outcomes = new Map<string, string | null>();
  const byDelivery = new Map<string, StagedFile[]>();
  for (const file of files) {
    const unit = await findUnitOfLakeFile(deps.store, file.id);
    if (unit === null) outcomes.set(file.id, 'no delivery names it');
    else byDelivery.set(unit.delivery, [...(byDelivery.get(unit.delivery) ?? []), file]);
  }
  for (const [id, damaged] of byDelivery) {
    for (const [file, why] of await rebuildOfDelivery(deps, id, damaged)) outcomes.set(file, why);
  }
  return outcomes;
}

/**
 * Checks every lake file of a delivery against its digest and rebuilds damaged ones. Error: `lake_file_damaged` when
 * one of them cannot be rebuilt.
 */
export async function healDelivery(deps: RebuildDeps, { id }: StoredDelivery): Promise<void> {
  const units = await findUnitsOfDelivery(deps.store, id);
  const ids = units.flatMap(({ lakeFiles }) => lakeFiles);
  const damaged: StagedFile[] = [];
  for (const file of await deps.lake.filesById(deps.store, billRows, ids)) {
    const state = await deps.lake.upkeep.inspect(file);
    if (state.damage !== null) damaged.push({ ...file, damage: state.damage });
    else if (file.damage !== null || file.sha256 === null) await deps.lake.upkeep.note(deps.store, file, state);
  }
  const failed = [...(await rebuildOfDelivery(deps, id, damaged))].filter(([, why]) => why !== null);
  if (failed.length === 0) return;
  const why = failed.map(([file, reason]) => `${file}: ${reason}`).join('; ');
  throw new AppError('lake_file_damaged', `The rows of ${id} could not be rebuilt. ${why}.`, { delivery: id });
}

async function rebuildOfDelivery(
  deps: RebuildDeps,
  id: string,
  damaged: readonly StagedFile[],
): Promise<Map<string, string | null>> {
  if (damaged.length === 0) return new Map();
  try {
    return await rebuildFromRaw(deps, id, damaged);
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'storage_full') throw error;
    return new Map(damaged.map((file) => [file.id, error.message]));
  }
}

async function rebuildFromRaw(
  deps: RebuildDeps,
  id: string,
  damaged: readonly StagedFile[],
): Promise<Map<string, string | null>> {
  const delivery = await findDelivery(deps.store, id);
  const units = await findUnitsOfDelivery(deps.store, id);
  const request = delivery === null ? null : rebuildRequest(delivery, units);
  if (delivery !== null && delivery.rawDeletedAt !== null) {
    const why = `the raw bill of ${id} was deleted at ${delivery.rawDeletedAt} by retention (setting rawBillDays); import the same files again, or restore a backup`;
    return new Map(damaged.map((file) => [file.id, why]));
  }
  if (request === null) return new Map(damaged.map((file) => [file.id, `the request of ${id} is not known any more`]));
  const incoming = await openIncomingFiles(deps, request.files);
  const staged = await stageFiles(deps, request, id, incoming);
  const rebuilt = groupFilesByUnit(request, staged);
  const placed = new Set<string>();
  try {
    const compared: { file: StagedFile; again: StagedFile | undefined; why: string | null }[] = [];
    for (const file of damaged) {
      const unit = units.find(({ lakeFiles }) => lakeFiles.includes(file.id));
      const made = rebuilt.get(unit?.partition ?? '')?.files ?? [];
      const again = made[unit?.lakeFiles.indexOf(file.id) ?? -1];
      const isThere = again !== undefined && unit !== undefined;
      const why = isThere ? await findDifference(deps, file, { unit, made, again }) : 'the raw files hold no such rows';
      compared.push({ file, again, why });
    }
    // Moves files only after all files of a unit are compared, because the comparison reads them in place.
    for (const { file, again, why } of compared) {
      if (why !== null || again === undefined) continue;
      await deps.lake.upkeep.replace(deps.store, file, again);
      placed.add(again.id);
    }
    return new Map(compared.map(({ file, why }) => [file.id, why]));
  } finally {
    await deps.lake.discard(listStagedFiles(staged).filter((file) => !placed.has(file.id)));
  }
}

/** Reason why rebuilt rows differ from the delivered ones, such as a new version of the reader. */
async function findDifference(
  { lake }: RebuildDeps,
  file: StagedFile,
  { unit, made, again }: { unit: DeliveryUnit; made: readonly StagedFile[]; again: StagedFile },
): Promise<string | null> {
  if (again.rows !== file.rows) return `the raw file gives ${again.rows} rows; ${file.rows} were imported`;
  if (unit.facts === null || made.length !== unit.lakeFiles.length) return null;
  const sums = (totals: typeof unit.facts.totals) => JSON.stringify(totals);
  const facts = await readUnitFacts(lake, made);
  return sums(facts.totals) === sums(unit.facts.totals) ? null : 'the raw files give other totals than were imported';
}

/**
 * Reconstructs the request of a delivery. Its id is a digest of the declared fields, so the combination of candidate
 * values that yields the same id is the original request.
 */
function rebuildRequest(delivery: StoredDelivery, units: readonly DeliveryUnit[]): DeliveryRequest | null {
  const [first] = units;
  if (first === undefined) return null;
  const { source, producerId } = delivery;
  const sha256s = delivery.files.map(({ sha256 }) => sha256);
  const periods = [null, ...new Set(units.map(({ period }) => period).filter((period) => period !== null))];
  for (const dataset of [null, first.dataset]) {
    for (const period of periods) {
      const identity = {
        ...{ source, exportName: first.exportName, dataset, scope: first.scope, period, producerId },
        ...{ dateFormat: delivery.dateFormat, numberFormat: delivery.numberFormat },
      };
      if (computeDeliveryId(identity, sha256s) !== delivery.id) continue;
      const files = delivery.files.map(({ name, sha256 }) => ({ name, sha256 }));
      const rest = { producedAt: null, coverage: null, allowRejected: delivery.rejectedRows, allowShrink: true };
      return { ...identity, ...rest, files, overlap: 'hold' };
    }
  }
  return null;
}
