export { copyJournals } from './copy.ts';
export {
  describeDamages,
  type InstantRange,
  type JournaledRow,
  type JournaledTable,
  openJournaledTable,
} from './journaled-table.ts';
export { journalMigrations } from './migrations.ts';
export type { StoredRows } from './removal.ts';
export { LONGEST_ROW_BYTES } from './segment-sql.ts';
export { type JournalFinding, listKnownDamage, verifyJournals } from './verify.ts';
