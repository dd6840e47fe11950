export { type JournaledRow, type JournaledTable, LONGEST_ROW_BYTES, openJournaledTable } from './journaled-table.ts';
export { journalMigrations } from './migrations.ts';
