import { sql as raw } from 'kysely';
import type { Migrations } from '../store/index.ts';

export const jobMigrations: Migrations = {
  'jobs/001-queue': {
    async up(database) {
      await database.schema
        .createTable('job')
        .addColumn('id', 'text', (of) => of.primaryKey())
        .addColumn('kind', 'text', (of) => of.notNull())
        .addColumn('payload', 'text', (of) => of.notNull())
        .addColumn('state', 'text', (of) => of.notNull())
        .addColumn('due_at', 'text', (of) => of.notNull())
        .addColumn('attempts', 'integer', (of) => of.notNull())
        .addColumn('unique_key', 'text')
        .addColumn('leased_by', 'text')
        .addColumn('created_at', 'text', (of) => of.notNull())
        .addColumn('ended_at', 'text')
        .addColumn('error', 'text')
        .execute();
      await database.schema.createIndex('job_due').on('job').columns(['state', 'due_at']).execute();
      await database.schema
        .createIndex('job_unique')
        .unique()
        .on('job')
        .column('unique_key')
        .where(raw<boolean>`state in ('waiting', 'running')`)
        .execute();
      await database.schema
        .createTable('job_schedule')
        .addColumn('name', 'text', (of) => of.primaryKey())
        .addColumn('cron', 'text', (of) => of.notNull())
        .addColumn('next_at', 'text', (of) => of.notNull())
        .execute();
    },
  },
};
