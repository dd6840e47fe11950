import { AppError } from '../../platform/errors/index.ts';
import type { StagedFile } from '../../platform/lake/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { billRows } from '../billing/index.ts';
import type { ApplyDeps } from './apply-rules.ts';
import { rederive } from './apply-rules.ts';
import { parsePartitionPeriod, usageFingerprint } from './derivation.ts';
import { derivePeriod } from './derive-period.ts';
import { dependsOnUsage } from './rules/rule-set.ts';
import { type AllocationState, findMakingState } from './states.ts';
import { findRulesOfVersion, findUsageFingerprint, type StoredRules } from './store.ts';
import { allocatedDaily, allocations } from './tables.ts';

const TABLES = [allocations, allocatedDaily];

/**
 * Rebuilds damaged files of `allocated_row` and `allocated_daily` from the bill, by the rules that made them. A file
 * based on usage that has changed since cannot be rebuilt; if it belongs to the current state, the period is
 * reallocated instead. Returns by file id: null, or the reason why the rebuild failed.
 */
export async function rebuildAllocations(
  deps: ApplyDeps,
  files: readonly StagedFile[],
): Promise<Map<string, string | null>> {
  const outcomes = new Map<string, string | null>();
  for (const file of files) outcomes.set(file.id, await explainFailure(() => rebuildFile(deps, file)));
  const current = await findCurrentIds(deps, deps.store);
  const lost = files.filter(({ id }) => outcomes.get(id) !== null && current.has(id));
  for (const period of new Set(lost.map(({ partition }) => parsePartitionPeriod(partition)))) {
    if ((await explainFailure(() => rederive(deps, [period]).then(() => null))) !== null) continue;
    for (const { id } of lost.filter(({ partition }) => parsePartitionPeriod(partition) === period)) {
      outcomes.set(id, `${outcomes.get(id)}; ${period} was reallocated; an issued statement may not be reproducible`);
    }
  }
  return outcomes;
}

/** Checks the current files of billing periods, and rebuilds missing or damaged ones. */
export async function healAllocations(deps: ApplyDeps, sql: Sql, periods: readonly string[]): Promise<void> {
  const wanted = new Set(periods);
  const damaged: StagedFile[] = [];
  for (const table of TABLES) {
    for (const file of await deps.lake.files(sql, table)) {
      if (!wanted.has(parsePartitionPeriod(file.partition))) continue;
      const state = await deps.lake.upkeep.inspect(file);
      if (state.damage !== null) damaged.push({ ...file, damage: state.damage });
      else if (file.damage !== null || file.sha256 === null) await deps.lake.upkeep.note(sql, file, state);
    }
  }
  if (damaged.length > 0) await rebuildAllocations(deps, damaged);
}

/** Null when the work succeeds, else the reason of the failure. */
async function explainFailure(work: () => Promise<string | null>): Promise<string | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'storage_full') throw error;
    return error.message;
  }
}

async function rebuildFile(deps: ApplyDeps, file: StagedFile): Promise<string | null> {
  const state = await findMakingState(deps.store, file.id);
  if (state === null) return 'no derivation names it';
  const rules = await findRulesOfState(deps.store, state);
  if (rules === null) return `version ${state.rulesVersion} of the rules is not kept`;
  if (dependsOnUsage(rules) && !(await isUsageTheSame(deps, state))) return 'it followed usage that has changed since';
  const bill = await deps.lake.keptById(deps.store, billRows, state.billFiles);
  if (bill.length < state.billFiles.length) return 'bill rows that it was derived from were deleted';
  const made = await derivePeriod(deps, deps.store, { period: state.period, files: bill, rules }, [file.partition]);
  const all = [...made.allocations, ...made.daily];
  const again = all.find(({ table }) => table === file.table);
  const isSame = again !== undefined && again.rows === file.rows;
  if (isSame) await deps.lake.upkeep.replace(deps.store, file, again);
  await deps.lake.discard(all.filter((one) => !isSame || one !== again));
  return isSame ? null : `its rules give ${again?.rows ?? 0} rows; ${file.rows} were written`;
}

async function findRulesOfState(sql: Sql, { rulesVersion }: AllocationState): Promise<StoredRules | null> {
  if (rulesVersion === 0) return { version: 0, name: null, appliedAt: null, rules: [] };
  return findRulesOfVersion(sql, rulesVersion);
}

async function isUsageTheSame(deps: ApplyDeps, { id, period }: AllocationState): Promise<boolean> {
  return (await usageFingerprint(deps, deps.store, period)) === (await findUsageFingerprint(deps.store, id));
}

async function findCurrentIds(deps: ApplyDeps, sql: Sql): Promise<ReadonlySet<string>> {
  const files = await Promise.all(TABLES.map((table) => deps.lake.files(sql, table)));
  return new Set(files.flat().map(({ id }) => id));
}
