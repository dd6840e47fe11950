import { AppError } from '../../platform/errors/index.ts';
import type { Lake, StagedFile } from '../../platform/lake/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { type BillDerivation, type BillDeriver, billRows } from '../billing/index.ts';
import { allocationSelect, allocations } from './allocation-sql.ts';
import type { AllocationRule } from './schema.ts';
import { insertRules, rulesInForce } from './store.ts';

export interface AllocationDeps {
  readonly lake: Lake;
  readonly clock: Clock;
}

/** Allocations of the staged bill files, file by file, each in the partition of its bill unit. */
async function stageAllocations(
  lake: Lake,
  files: readonly StagedFile[],
  rules: readonly AllocationRule[],
): Promise<StagedFile[]> {
  const staged: StagedFile[] = [];
  try {
    for (const file of files) {
      const select = allocationSelect(lake.stagedRelation(billRows, [file]), rules);
      staged.push(await lake.session((session) => session.stage(allocations, file.partition, select)));
    }
  } catch (error) {
    await lake.discard(staged);
    throw error;
  }
  return staged;
}

/** Allocates a delivery with the rules in force, to be swapped in together with its rows. */
export function createDeriver(lake: Lake): BillDeriver {
  return {
    async derive(sql, { remove, add: files }): Promise<BillDerivation> {
      const { version, rules } = await rulesInForce(sql);
      let staged = await stageAllocations(lake, files, rules);
      return {
        async swapIn(transaction) {
          const now = await rulesInForce(transaction);
          if (now.version !== version) {
            // The rules changed while the bill was read; what was derived with the old ones must not go in.
            await lake.discard(staged);
            staged = await stageAllocations(lake, files, now.rules);
          }
          await lake.swap(transaction, allocations, { remove, add: staged });
        },
        discard: () => lake.discard(staged),
      };
    },
  };
}

/**
 * Makes an ordered list of rules the one in force and allocates every current bill row anew, in one transaction. There is
 * one list, so a document of another name is refused. Errors: `manifest_invalid`, `dimension_unknown`.
 */
export async function applyRules(
  deps: AllocationDeps,
  sql: Sql,
  name: string,
  rules: readonly AllocationRule[],
): Promise<'created' | 'changed' | 'unchanged'> {
  const before = await rulesInForce(sql);
  if (before.name !== null && before.name !== name) {
    const detail = `The rules are kept in AllocationRules "${before.name}". They are one ordered list: add these to it.`;
    throw new AppError('manifest_invalid', detail, { inForce: before.name });
  }
  if (before.name === name && JSON.stringify(before.rules) === JSON.stringify(rules)) return 'unchanged';
  allocationSelect(deps.lake.stagedRelation(billRows, []), rules); // refuses unknown dimensions even before any bill
  const files = await deps.lake.files(sql, billRows);
  const staged = await stageAllocations(deps.lake, files, rules);
  const partitions = await deps.lake.partitions(sql, allocations);
  const at = new Date(deps.clock.now()).toISOString();
  await insertRules(sql, { version: before.version + 1, name, rules }, at);
  await deps.lake.swap(sql, allocations, { remove: partitions, add: staged });
  return before.name === null ? 'created' : 'changed';
}
