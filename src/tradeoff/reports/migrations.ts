import type { Migrations } from '../../platform/store/index.ts';

export const reportMigrations: Migrations = {
  'reports/001-reports': {
    async up(database) {
      await database.schema
        .createTable('report')
        .addColumn('name', 'text', (of) => of.primaryKey())
        .addColumn('spec', 'text', (of) => of.notNull())
        .addColumn('applied_at', 'bigint', (of) => of.notNull())
        .execute();
      await database.schema
        .createTable('report_sent')
        .addColumn('report_id', 'text', (of) => of.primaryKey())
        .addColumn('source', 'text', (of) => of.notNull())
        .addColumn('schedule', 'text', (of) => of.notNull())
        .addColumn('audience', 'text', (of) => of.notNull())
        .addColumn('team', 'text')
        .addColumn('window_name', 'text', (of) => of.notNull())
        .addColumn('known_at', 'bigint', (of) => of.notNull())
        .addColumn('document', 'text', (of) => of.notNull())
        .addColumn('html', 'text', (of) => of.notNull())
        .addColumn('html_sha256', 'text', (of) => of.notNull())
        // The claim: one report of a document for each window, however many servers are due.
        .addUniqueConstraint('report_sent_once', ['source', 'window_name'])
        .execute();
    },
  },
  'reports/002-known': {
    async up(database) {
      await database.schema
        .createTable('report_known')
        // JSON of audience, team and window.
        .addColumn('question', 'text', (of) => of.notNull())
        .addColumn('known_at', 'bigint', (of) => of.notNull())
        .addColumn('document', 'text', (of) => of.notNull())
        .addPrimaryKeyConstraint('report_known_key', ['question', 'known_at'])
        .execute();
      await database.schema.createIndex('report_known_age').on('report_known').column('known_at').execute();
    },
  },
};
