import { addSequence, type Migrations } from '../../platform/store/index.ts';

export const statementMigrations: Migrations = {
  'statements/001-issued': {
    async up(db) {
      // Insert-only: an issued statement is final. `team` is null for unallocated cost.
      await addSequence(db, db.schema.createTable('statement'), 'number')
        .addColumn('period', 'text', (column) => column.notNull())
        .addColumn('team', 'text')
        .addColumn('record', 'text', (column) => column.notNull())
        .addColumn('facts', 'text', (column) => column.notNull())
        .addColumn('html', 'text', (column) => column.notNull())
        .addColumn('csv', 'text', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('statement_period').on('statement').columns(['period', 'team', 'number']).execute();
    },
  },
};
