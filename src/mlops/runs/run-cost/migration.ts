import type { Migrations } from '../../../platform/store/index.ts';

const numbers = ['total', 'metered', 'reconciled', 'allocated', 'gpu_hours', 'energy_kwh'];

/** Cost of runs, as the bridge computes it: exact figures as JSON, and numbers only to filter and sort by. */
export const runCostMigrations: Migrations = {
  'tracking/005-run-cost': {
    async up(database) {
      let table = database.schema
        .createTable('run_cost')
        .addColumn('run_id', 'text', (of) => of.primaryKey())
        .addColumn('cost', 'text', (of) => of.notNull())
        .addColumn('currency', 'text')
        .addColumn('total_amount', 'text');
      for (const column of numbers) table = table.addColumn(column, 'double precision');
      await table.execute();
      for (const column of numbers) {
        await database.schema.createIndex(`run_cost_by_${column}`).on('run_cost').columns([column, 'run_id']).execute();
      }
      // Lineage queries the links of runs from their other end.
      for (const [on, column] of [
        ['dataset_input', 'dataset_id'],
        ['model_input', 'model_id'],
        ['logged_model', 'source_run_id'],
      ] as const) {
        await database.schema.createIndex(`${on}_of_${column}`).on(on).column(column).execute();
      }
    },
  },
};
