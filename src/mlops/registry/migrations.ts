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
  'registry/002-frozen-artifacts': {
    async up(database) {
      const { schema } = database;
      await schema.alterTable('model_version').addColumn('artifact_path', 'text').execute();
      await schema.alterTable('model_version').addColumn('artifact_digest', 'text').execute();
      await schema.alterTable('model_version').addColumn('artifact_files', 'integer').execute();
      await schema.alterTable('model_version').addColumn('artifact_bytes', 'bigint').execute();
      await schema.createIndex('model_version_artifacts').on('model_version').column('artifact_path').execute();
      await freezeVersions(database);
    },
  },
};

function requireColumn(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.notNull();
}

async function createModels(database: Database): Promise<void> {
  await database.schema
    .createTable('registered_model')
    .addColumn('name', 'text', (of) => of.primaryKey())
    .addColumn('description', 'text')
    .addColumn('creation_timestamp', 'bigint', requireColumn)
    .addColumn('last_updated_timestamp', 'bigint', requireColumn)
    .addColumn('last_version', 'integer', requireColumn)
    .execute();
  await database.schema
    .createTable('registered_model_tag')
    .addColumn('model', 'text', requireColumn)
    .addColumn('key', 'text', requireColumn)
    .addColumn('value', 'text', requireColumn)
    .addPrimaryKeyConstraint('registered_model_tag_key', ['model', 'key'])
    .execute();
  await database.schema
    .createTable('model_alias')
    .addColumn('model', 'text', requireColumn)
    .addColumn('alias', 'text', requireColumn)
    .addColumn('version', 'integer', requireColumn)
    .addPrimaryKeyConstraint('model_alias_key', ['model', 'alias'])
    .execute();
}

async function createVersions(database: Database): Promise<void> {
  await database.schema
    .createTable('model_version')
    .addColumn('model', 'text', requireColumn)
    .addColumn('version', 'integer', requireColumn)
    .addColumn('creation_timestamp', 'bigint', requireColumn)
    .addColumn('last_updated_timestamp', 'bigint', requireColumn)
    .addColumn('description', 'text')
    .addColumn('current_stage', 'text', requireColumn)
    .addColumn('source', 'text', requireColumn)
    .addColumn('storage_location', 'text', requireColumn)
    .addColumn('run_id', 'text')
    .addColumn('run_link', 'text')
    .addColumn('model_id', 'text')
    .addPrimaryKeyConstraint('model_version_key', ['model', 'version'])
    .execute();
  await database.schema.createIndex('model_version_of_run').on('model_version').columns(['run_id']).execute();
  await database.schema
    .createTable('model_version_tag')
    .addColumn('model', 'text', requireColumn)
    .addColumn('version', 'integer', requireColumn)
    .addColumn('key', 'text', requireColumn)
    .addColumn('value', 'text', requireColumn)
    .addPrimaryKeyConstraint('model_version_tag_key', ['model', 'version', 'key'])
    .execute();
}

type FreezeTables = {
  model_version: { model: string; version: number; storage_location: string; artifact_path: string | null };
  run: { run_id: string; artifact_uri: string };
};

/** Versions of before are as immutable as new ones. */
async function freezeVersions(database: Database): Promise<void> {
  const tables = database.withTables<FreezeTables>();
  const versions = await tables.selectFrom('model_version').select(['model', 'version', 'storage_location']).execute();
  for (const { model, version, storage_location: location } of versions) {
    const [, runId = '', inside = ''] = /^runs:\/+([^/]+)\/?(.*)$/s.exec(location) ?? [];
    const runs = tables.selectFrom('run').select('artifact_uri').where('run_id', '=', runId);
    const root = runId === '' ? location : ((await runs.executeTakeFirst())?.artifact_uri ?? '');
    const path = pathIn([root, inside].filter((part) => part !== '').join('/'));
    if (path === null) continue;
    const row = tables.updateTable('model_version').set({ artifact_path: path });
    await row.where('model', '=', model).where('version', '=', version).execute();
  }
}

/** Path under the artifact proxy; null for artifacts that this server does not store. */
function pathIn(uri: string): string | null {
  const [, path = ''] = /^mlflow-artifacts:\/(?!\/[^/])(.*)$/s.exec(uri) ?? [];
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.length === 0 || parts.includes('..') ? null : parts.join('/');
}
