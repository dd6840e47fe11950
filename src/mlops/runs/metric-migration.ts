import { type ColumnDefinitionBuilder, type Kysely, sql as raw } from 'kysely';
import { addClustering, type Migrations } from '../../platform/store/index.ts';

/**
 * Samples of a few neighbouring steps lie together, so that a step of a training touches a few pages and not one for
 * each of its metrics; the latest of a run lie together, and an index by value is there for those that rest.
 */
export const metricMigrations: Migrations = {
  'tracking/004-metrics-by-block': {
    async up(database) {
      await createSamples(database);
      await createLatest(database);
      await raw`drop index run_of_experiment`.execute(database);
      await raw`create index run_by_start on run (experiment_id, lifecycle_stage, start_time desc, run_id)`.execute(
        database,
      );
    },
  },
};

const KEY = ['run_id', 'block', 'key', 'timestamp', 'step', 'value', 'is_nan'] as const;

async function createSamples(database: Kysely<unknown>): Promise<void> {
  await database.schema.alterTable('metric').renameTo('metric_by_key').execute();
  const table = database.schema
    .createTable('metric')
    .addColumn('run_id', 'text', requireColumn)
    .addColumn('block', 'bigint', requireColumn)
    .addColumn('key', 'text', requireColumn)
    .addColumn('timestamp', 'bigint', requireColumn)
    .addColumn('step', 'bigint', requireColumn)
    .addColumn('value', 'double precision', requireColumn)
    .addColumn('is_nan', 'integer', requireColumn)
    .addPrimaryKeyConstraint('metric_block_key', [...KEY]);
  await addClustering(database, table).execute();
  await raw`insert into metric (run_id, block, key, timestamp, step, value, is_nan)
    select run_id, step >> 3, key, timestamp, step, value, is_nan from metric_by_key`.execute(database);
  await database.schema.dropTable('metric_by_key').execute();
}

async function createLatest(database: Kysely<unknown>): Promise<void> {
  await database.schema.alterTable('latest_metric').renameTo('latest_metric_before').execute();
  const table = database.schema
    .createTable('latest_metric')
    .addColumn('run_id', 'text', requireColumn)
    .addColumn('key', 'text', requireColumn)
    .addColumn('timestamp', 'bigint', requireColumn)
    .addColumn('step', 'bigint', requireColumn)
    .addColumn('value', 'double precision', requireColumn)
    .addColumn('is_nan', 'integer', requireColumn)
    .addColumn('rests', 'integer', (of) => of.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('latest_metric_of_run', ['run_id', 'key']);
  await addClustering(database, table).execute();
  await raw`insert into latest_metric (run_id, key, timestamp, step, value, is_nan, rests)
    select run_id, key, timestamp, step, value, is_nan, 1 from latest_metric_before`.execute(database);
  await database.schema.dropTable('latest_metric_before').execute();
  await raw`create index latest_metric_by_value on latest_metric (key, is_nan, value, run_id) where rests = 1`.execute(
    database,
  );
  await raw`create index latest_metric_moving on latest_metric (key, run_id) where rests = 0`.execute(database);
}

function requireColumn(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.notNull();
}
