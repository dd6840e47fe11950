import { type ColumnDefinitionBuilder, type CreateTableBuilder, type Kysely, sql as raw } from 'kysely';
import type { Migrations } from '../../platform/store/index.ts';
import { systemClock } from '../../platform/units/index.ts';
import { buildArtifactLocation, DEFAULT_EXPERIMENT_ID } from '../artifacts/index.ts';
import { deletionMigrations } from './deletion-migration.ts';
import { metricMigrations } from './metric-migration.ts';
import { runCostMigrations } from './run-cost/migration.ts';
import type { TrackingTables } from './tables.ts';

type Database = Kysely<unknown>;

/** Forward-only schema steps of experiments, runs and logged models. */
export const trackingMigrations: Migrations = {
  'tracking/001-experiments-and-runs': {
    async up(database) {
      await createExperiments(database);
      await createRuns(database);
      await createMetrics(database);
      await createDatasets(database);
      await insertDefaultExperiment(database);
    },
  },
  'tracking/002-logged-models': { up: createLoggedModels },
  'tracking/003-gpu-usage': {
    async up(database) {
      await database.schema
        .createTable('run_gpu_usage')
        .addColumn('run_id', 'text', (of) => of.primaryKey())
        .addColumn('gpus', 'text', requireColumn)
        .addColumn('first_sample', 'bigint', requireColumn)
        .addColumn('last_sample', 'bigint', requireColumn)
        .execute();
    },
  },
  ...metricMigrations,
  ...runCostMigrations,
  ...deletionMigrations,
  'tracking/007-runs-by-parent': {
    async up(database) {
      await database.schema
        .createIndex('tag_parent_run')
        .on('tag')
        .columns(['value', 'run_id'])
        .where(raw<boolean>`key = 'mlflow.parentRunId'`)
        .execute();
    },
  },
};

function requireColumn(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.notNull();
}

async function createExperiments(database: Database): Promise<void> {
  await database.schema
    .createTable('experiment')
    .addColumn('experiment_id', 'bigint', (of) => of.primaryKey())
    .addColumn('name', 'text', (of) => of.notNull().unique())
    .addColumn('artifact_location', 'text', requireColumn)
    .addColumn('lifecycle_stage', 'text', requireColumn)
    .addColumn('creation_time', 'bigint', requireColumn)
    .addColumn('last_update_time', 'bigint', requireColumn)
    .execute();
  await createKeyValueTable(database, 'experiment_tag', 'experiment_id', 'bigint');
}

/** Clients that name no experiment log into this one. */
async function insertDefaultExperiment(database: Kysely<TrackingTables>): Promise<void> {
  const now = systemClock.now();
  await database
    .insertInto('experiment')
    .values({
      experiment_id: DEFAULT_EXPERIMENT_ID,
      name: 'Default',
      artifact_location: buildArtifactLocation(DEFAULT_EXPERIMENT_ID),
      lifecycle_stage: 'active',
      creation_time: now,
      last_update_time: now,
    })
    .execute();
}

async function createRuns(database: Database): Promise<void> {
  await database.schema
    .createTable('run')
    .addColumn('run_id', 'text', (of) => of.primaryKey())
    .addColumn('experiment_id', 'bigint', requireColumn)
    .addColumn('run_name', 'text', requireColumn)
    .addColumn('user_id', 'text', requireColumn)
    .addColumn('status', 'text', requireColumn)
    .addColumn('start_time', 'bigint', requireColumn)
    .addColumn('end_time', 'bigint')
    .addColumn('artifact_uri', 'text', requireColumn)
    .addColumn('lifecycle_stage', 'text', requireColumn)
    .execute();
  await database.schema
    .createIndex('run_of_experiment')
    .on('run')
    .columns(['experiment_id', 'lifecycle_stage', 'start_time'])
    .execute();
  await createKeyValueTable(database, 'param', 'run_id', 'text');
  await createKeyValueTable(database, 'tag', 'run_id', 'text');
}

/** `owner, key -> value`, one value a key. */
async function createKeyValueTable(
  database: Database,
  name: string,
  owner: string,
  type: 'text' | 'bigint',
): Promise<void> {
  await database.schema
    .createTable(name)
    .addColumn(owner, type, requireColumn)
    .addColumn('key', 'text', requireColumn)
    .addColumn('value', 'text', requireColumn)
    .addPrimaryKeyConstraint(`${name}_key`, [owner, 'key'])
    .execute();
}

function addMetricColumns<Columns extends string>(table: CreateTableBuilder<string, Columns>) {
  return table
    .addColumn('key', 'text', requireColumn)
    .addColumn('timestamp', 'bigint', requireColumn)
    .addColumn('step', 'bigint', requireColumn)
    .addColumn('value', 'double precision', requireColumn)
    .addColumn('is_nan', 'integer', requireColumn);
}

async function createMetrics(database: Database): Promise<void> {
  await addMetricColumns(database.schema.createTable('metric').addColumn('run_id', 'text', requireColumn))
    // The key is the whole sample, in the order of a history: a repeat is no second sample, and a history is one range.
    .addPrimaryKeyConstraint('metric_key', ['run_id', 'key', 'timestamp', 'step', 'value', 'is_nan'])
    .execute();
  await addMetricColumns(database.schema.createTable('latest_metric').addColumn('run_id', 'text', requireColumn))
    .addPrimaryKeyConstraint('latest_metric_key', ['run_id', 'key'])
    .execute();
}

async function createDatasets(database: Database): Promise<void> {
  await database.schema
    .createTable('dataset')
    .addColumn('dataset_id', 'text', (of) => of.primaryKey())
    .addColumn('experiment_id', 'bigint', requireColumn)
    .addColumn('name', 'text', requireColumn)
    .addColumn('digest', 'text', requireColumn)
    .addColumn('source_type', 'text', requireColumn)
    .addColumn('source', 'text', requireColumn)
    .addColumn('schema', 'text')
    .addColumn('profile', 'text')
    .addUniqueConstraint('dataset_identity', ['experiment_id', 'name', 'digest'])
    .execute();
  await database.schema
    .createTable('dataset_input')
    .addColumn('run_id', 'text', requireColumn)
    .addColumn('dataset_id', 'text', requireColumn)
    .addColumn('position', 'integer', requireColumn)
    .addPrimaryKeyConstraint('dataset_input_key', ['run_id', 'dataset_id'])
    .execute();
  await database.schema
    .createTable('dataset_input_tag')
    .addColumn('run_id', 'text', requireColumn)
    .addColumn('dataset_id', 'text', requireColumn)
    .addColumn('key', 'text', requireColumn)
    .addColumn('value', 'text', requireColumn)
    .addPrimaryKeyConstraint('dataset_input_tag_key', ['run_id', 'dataset_id', 'key'])
    .execute();
}

async function createLoggedModels(database: Database): Promise<void> {
  await database.schema
    .createTable('logged_model')
    .addColumn('model_id', 'text', (of) => of.primaryKey())
    .addColumn('experiment_id', 'bigint', requireColumn)
    .addColumn('name', 'text', requireColumn)
    .addColumn('model_type', 'text')
    .addColumn('source_run_id', 'text')
    .addColumn('artifact_uri', 'text', requireColumn)
    .addColumn('status', 'text', requireColumn)
    .addColumn('lifecycle_stage', 'text', requireColumn)
    .addColumn('creation_timestamp', 'bigint', requireColumn)
    .addColumn('last_updated_timestamp', 'bigint', requireColumn)
    .execute();
  await database.schema
    .createIndex('logged_model_of_experiment')
    .on('logged_model')
    .columns(['experiment_id', 'lifecycle_stage', 'creation_timestamp'])
    .execute();
  await createKeyValueTable(database, 'logged_model_param', 'model_id', 'text');
  await createKeyValueTable(database, 'logged_model_tag', 'model_id', 'text');
  await createLoggedModelMetrics(database);
  await createModelLinks(database);
}

async function createLoggedModelMetrics(database: Database): Promise<void> {
  const identity = ['model_id', 'key', 'dataset_name', 'dataset_digest', 'run_id', 'timestamp', 'step'] as const;
  const table = database.schema
    .createTable('logged_model_metric')
    .addColumn('model_id', 'text', requireColumn)
    .addColumn('run_id', 'text', requireColumn)
    .addColumn('dataset_name', 'text', requireColumn)
    .addColumn('dataset_digest', 'text', requireColumn);
  await addMetricColumns(table)
    .addPrimaryKeyConstraint('logged_model_metric_key', [...identity])
    .execute();
}

async function createModelLinks(database: Database): Promise<void> {
  for (const name of ['model_input', 'model_output']) {
    const table = database.schema
      .createTable(name)
      .addColumn('run_id', 'text', requireColumn)
      .addColumn('model_id', 'text', requireColumn)
      .addColumn('position', 'integer', requireColumn);
    const whole = name === 'model_output' ? table.addColumn('step', 'bigint', requireColumn) : table;
    await whole.addPrimaryKeyConstraint(`${name}_key`, ['run_id', 'model_id']).execute();
  }
}
