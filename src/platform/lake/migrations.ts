import type { Kysely } from 'kysely';
import type { Migrations } from '../store/index.ts';

const columns = [
  'id',
  'table_name',
  'partition_name',
  'path',
  'row_count',
  'size_bytes',
  'added_at',
  'removed_at',
] as const;
type LakeFileTables = Record<'lake_file' | 'lake_file_once', Record<(typeof columns)[number], string | number | null>>;

/**
 * A manifest is the set of files with `added_at <= n` that were not removed by then; numbers grow with every swap, so an
 * older state stays readable until retention removes its files.
 */
export const lakeMigrations: Migrations = {
  'lake/001-manifest': {
    async up(db) {
      await db.schema
        .createTable('lake_manifest')
        .addColumn('table_name', 'text', (column) => column.primaryKey())
        .addColumn('sequence', 'integer', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('lake_file')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('table_name', 'text', (column) => column.notNull())
        .addColumn('partition_name', 'text', (column) => column.notNull())
        .addColumn('path', 'text', (column) => column.notNull())
        .addColumn('row_count', 'bigint', (column) => column.notNull())
        .addColumn('size_bytes', 'bigint', (column) => column.notNull())
        .addColumn('added_at', 'integer', (column) => column.notNull())
        .addColumn('removed_at', 'integer')
        .execute();
      await db.schema.createIndex('lake_file_current').on('lake_file').columns(['table_name', 'removed_at']).execute();
    },
  },
  // A file may leave the manifest and come back (a revert): one row for each stay, so that every older state stays readable.
  'lake/002-stays': {
    async up(db: Kysely<LakeFileTables>) {
      await db.schema.alterTable('lake_file').renameTo('lake_file_once').execute();
      await db.schema.dropIndex('lake_file_current').execute();
      await db.schema
        .createTable('lake_file')
        .addColumn('id', 'text', (column) => column.notNull())
        .addColumn('table_name', 'text', (column) => column.notNull())
        .addColumn('partition_name', 'text', (column) => column.notNull())
        .addColumn('path', 'text', (column) => column.notNull())
        .addColumn('row_count', 'bigint', (column) => column.notNull())
        .addColumn('size_bytes', 'bigint', (column) => column.notNull())
        .addColumn('added_at', 'integer', (column) => column.notNull())
        .addColumn('removed_at', 'integer')
        .addPrimaryKeyConstraint('lake_file_stay', ['id', 'added_at'])
        .execute();
      await db
        .insertInto('lake_file')
        .columns([...columns])
        .expression(db.selectFrom('lake_file_once').select([...columns]))
        .execute();
      await db.schema.dropTable('lake_file_once').execute();
      await db.schema.createIndex('lake_file_current').on('lake_file').columns(['table_name', 'removed_at']).execute();
    },
  },
  'lake/003-other-columns': {
    async up(db) {
      await db.schema
        .alterTable('lake_file')
        .addColumn('other_columns', 'text', (column) => column.notNull().defaultTo('[]'))
        .execute();
    },
  },
  'lake/004-digests': {
    async up(db) {
      for (const column of ['sha256', 'stamp', 'damage']) {
        await db.schema.alterTable('lake_file').addColumn(column, 'text').execute();
      }
    },
  },
  // One row.
  'lake/005-place': {
    async up(db) {
      await db.schema
        .createTable('lake_place')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('address', 'text', (column) => column.notNull())
        .addColumn('installation', 'text', (column) => column.notNull())
        .execute();
    },
  },
  // A lake that moves has files in two places: each file names its own. Ids of places are never used again.
  'lake/006-moves': {
    async up(db) {
      await db.schema
        .alterTable('lake_place')
        .addColumn('parameters', 'text', (column) => column.notNull().defaultTo(''))
        .execute();
      await db.schema
        .alterTable('lake_place')
        .addColumn('state', 'text', (column) => column.notNull().defaultTo('current'))
        .execute();
      await db.schema.alterTable('lake_place').addColumn('left_at', 'bigint').execute();
      await db.schema
        .alterTable('lake_file')
        .addColumn('place', 'integer', (column) => column.notNull().defaultTo(1))
        .execute();
      await db.schema.createIndex('lake_file_place').on('lake_file').columns(['place']).execute();
    },
  },
  'lake/007-positions': {
    async up(db) {
      await db.schema
        .alterTable('lake_file')
        .addColumn('has_positions', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
    },
  },
};
