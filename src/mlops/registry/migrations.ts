import type { ColumnDefinitionBuilder, Kysely } from 'kysely';
import type { Migrations } from '../../platform/store/index.ts';

type Database = Kysely<unknown>;

/** Forward-only schema steps of registered models and their versions. */
export const registryMigrations: Migrations = {
  'registry/001-models-and-versions': {
    async up(database) {
      await createModels(database);
      await createVersions(database);
    },
  },
};

function required(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.notNull();
}

async function createModels(database: Database): Promise<void> {
  await database.schema
    .createTable('registered_model')
    .addColumn('name', 'text', (of) => of.primaryKey())
    .addColumn('description', 'text')
    .addColumn('creation_timestamp', 'bigint', required)
    .addColumn('last_updated_timestamp', 'bigint', required)
    .addColumn('last_version', 'integer', required)
    .execute();
  await database.schema
    .createTable('registered_model_tag')
    .addColumn('model', 'text', required)
    .addColumn('key', 'text', required)
    .addColumn('value', 'text', required)
    .addPrimaryKeyConstraint('registered_model_tag_key', ['model', 'key'])
    .execute();
  await database.schema
    .createTable('model_alias')
    .addColumn('model', 'text', required)
    .addColumn('alias', 'text', required)
    .addColumn('version', 'integer', required)
    .addPrimaryKeyConstraint('model_alias_key', ['model', 'alias'])
    .execute();
}

async function createVersions(database: Database): Promise<void> {
  await database.schema
    .createTable('model_version')
    .addColumn('model', 'text', required)
    .addColumn('version', 'integer', required)
    .addColumn('creation_timestamp', 'bigint', required)
    .addColumn('last_updated_timestamp', 'bigint', required)
    .addColumn('description', 'text')
    .addColumn('current_stage', 'text', required)
    .addColumn('source', 'text', required)
    .addColumn('storage_location', 'text', required)
    .addColumn('run_id', 'text')
    .addColumn('run_link', 'text')
    .addColumn('model_id', 'text')
    .addPrimaryKeyConstraint('model_version_key', ['model', 'version'])
    .execute();
  await database.schema.createIndex('model_version_of_run').on('model_version').columns(['run_id']).execute();
  await database.schema
    .createTable('model_version_tag')
    .addColumn('model', 'text', required)
    .addColumn('version', 'integer', required)
    .addColumn('key', 'text', required)
    .addColumn('value', 'text', required)
    .addPrimaryKeyConstraint('model_version_tag_key', ['model', 'version', 'key'])
    .execute();
}
