export { isStoreAway } from './away.ts';
export { isConflict } from './conflict.ts';
export {
  addClustering,
  addSequence,
  chooseLongestRestMs,
  detectEngine,
  insertRows,
  isAmong,
  leaseOwner,
  lockUntilCommit,
} from './differences.ts';
export { openStore } from './open.ts';
export { Outdated, runPrepared } from './prepared.ts';
export type { Migrations, Sql, Store, StoreEngine } from './sql.ts';
export { checkSqlite } from './sqlite-upkeep.ts';
export { type CheckedStart, checkStoreAtStart } from './start-check.ts';
