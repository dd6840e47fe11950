import type { Migrations } from '../../platform/store/index.ts';

export const viewScheduleMigrations: Migrations = {
  'view-schedules/001-schedules': {
    async up(database) {
      await database.schema
        .createTable('view_schedule')
        .addColumn('view_id', 'text', (of) => of.primaryKey())
        .addColumn('spec', 'text', (of) => of.notNull())
        .addColumn('owner', 'text', (of) => of.notNull())
        // Unix milliseconds; null: paused.
        .addColumn('next_at', 'bigint')
        .execute();
      await database.schema.createIndex('view_schedule_next').on('view_schedule').column('next_at').execute();
      await database.schema
        .createTable('view_sent')
        // The claim: one message for each due time, however often its job runs.
        .addColumn('notice_id', 'text', (of) => of.primaryKey())
        .addColumn('view_id', 'text', (of) => of.notNull())
        .addColumn('trigger_kind', 'text', (of) => of.notNull())
        .addColumn('channel', 'text', (of) => of.notNull())
        .addColumn('due_at', 'bigint', (of) => of.notNull())
        .addColumn('sent_at', 'bigint', (of) => of.notNull())
        .addColumn('has_figures', 'integer', (of) => of.notNull())
        .addColumn('error', 'text')
        .execute();
      await database.schema.createIndex('view_sent_view').on('view_sent').columns(['view_id', 'sent_at']).execute();
    },
  },
};
