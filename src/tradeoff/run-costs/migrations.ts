import { sql } from 'kysely';
import type { Migrations } from '../../platform/store/index.ts';

export const runCostMigrations: Migrations = {
  'run-costs/001-due-and-periods': {
    async up(database) {
      await database.schema
        .createTable('run_cost_due')
        .addColumn('kind', 'text', (of) => of.notNull())
        .addColumn('key', 'text', (of) => of.notNull())
        .addColumn('noted', 'bigint', (of) => of.notNull())
        .addPrimaryKeyConstraint('run_cost_due_key', ['kind', 'key'])
        .execute();
      await database.schema
        .createTable('run_cost_period')
        .addColumn('period', 'text', (of) => of.notNull())
        .addColumn('run_id', 'text', (of) => of.notNull())
        .addColumn('currency', 'text', (of) => of.notNull())
        .addColumn('reconciled', 'text')
        .addColumn('allocated', 'text')
        .addColumn('covered_hours', 'text', (of) => of.notNull())
        .addPrimaryKeyConstraint('run_cost_period_key', ['period', 'run_id', 'currency'])
        .execute();
      await database.schema
        .createIndex('run_cost_period_run')
        .on('run_cost_period')
        .columns(['run_id', 'period'])
        .execute();
      await database.schema
        .createTable('run_cost_total')
        .addColumn('period', 'text', (of) => of.notNull())
        .addColumn('currency', 'text', (of) => of.notNull())
        .addColumn('billed', 'text', (of) => of.notNull())
        .addColumn('to_runs', 'text', (of) => of.notNull())
        .addColumn('to_others', 'text', (of) => of.notNull())
        .addColumn('idle', 'text', (of) => of.notNull())
        .addColumn('untracked', 'text', (of) => of.notNull())
        .addColumn('as_of', 'text', (of) => of.notNull())
        .addPrimaryKeyConstraint('run_cost_total_key', ['period', 'currency'])
        .execute();
      // Usage and bills that came before this release are worked through once.
      await database
        .withTables<{ run_cost_due: { kind: string; key: string; noted: number } }>()
        .insertInto('run_cost_due')
        .values({ kind: 'all', key: '', noted: 0 })
        .execute();
    },
  },
  'run-costs/002-effective-cost': {
    async up(database) {
      // Kept figures were sums of BilledCost: the bill of every period that has some is worked through again.
      await sql`INSERT INTO run_cost_due (kind, key, noted)
        SELECT 'period', period, 0 FROM (SELECT period FROM run_cost_period UNION SELECT period FROM run_cost_total) kept
        WHERE true ON CONFLICT (kind, key) DO NOTHING`.execute(database);
    },
  },
  'run-costs/003-gpu-days': {
    async up(database) {
      await database.schema
        .createTable('run_cost_gpu_day')
        .addColumn('day', 'text', (of) => of.notNull())
        .addColumn('run_id', 'text', (of) => of.notNull())
        /** JSON: cost, prices and GPUs. */
        .addColumn('content', 'text', (of) => of.notNull())
        .addPrimaryKeyConstraint('run_cost_gpu_day_key', ['run_id', 'day'])
        .execute();
      await database.schema.createIndex('run_cost_gpu_day_day').on('run_cost_gpu_day').column('day').execute();
      // Backfills readings from before this release: an empty key means all days.
      await database
        .withTables<{ run_cost_due: { kind: string; key: string; noted: number } }>()
        .insertInto('run_cost_due')
        .values({ kind: 'gpus', key: '', noted: 0 })
        .execute();
    },
  },
};
