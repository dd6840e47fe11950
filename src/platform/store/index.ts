export { isConflict } from './conflict.ts';
export {
  clustered,
  insertRows,
  isAmong,
  leaseOwner,
  lockUntilCommit,
  longestRestMs,
  withSequence,
} from './differences.ts';
export { openStore } from './open.ts';
export { Outdated, transactPrepared } from './prepared.ts';
export type { Migrations, Sql, Store, StoreEngine } from './sql.ts';
export { checkSqlite } from './sqlite-upkeep.ts';
export { type CheckedStart, checkStoreAtStart } from './start-check.ts';
