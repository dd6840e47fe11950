import { sql as raw } from 'kysely';
import { addSequence, type Migrations } from '../../platform/store/index.ts';

export const sourceMigrations: Migrations = {
  'sources/001-sources': {
    async up(db) {
      await db.schema
        .createTable('bill_source_spec')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('spec', 'text', (column) => column.notNull())
        .addColumn('applied_at', 'text', (column) => column.notNull())
        .addColumn('next_at', 'text')
        .execute();
      await addSequence(db, db.schema.createTable('bill_sync'), 'sequence')
        .addColumn('id', 'text', (column) => column.notNull().unique())
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('asked_by', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('asked_at', 'text', (column) => column.notNull())
        .addColumn('ended_at', 'text')
        .addColumn('progress', 'text', (column) => column.notNull())
        .addColumn('deliveries', 'text', (column) => column.notNull())
        .addColumn('error', 'text')
        .execute();
      await db.schema.createIndex('bill_sync_source').on('bill_sync').columns(['source', 'sequence']).execute();
      // At most one sync of a source in progress, over all servers.
      await db.schema
        .createIndex('bill_sync_unended')
        .unique()
        .on('bill_sync')
        .column('source')
        .where(raw<boolean>`ended_at is null`)
        .execute();
      // Deliveries of a bucket already processed, by fingerprint, to deduplicate imports.
      await db.schema
        .createTable('bill_source_delivery')
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('fingerprint', 'text', (column) => column.notNull())
        .addColumn('origin', 'text', (column) => column.notNull())
        .addColumn('produced_ms', 'bigint', (column) => column.notNull())
        .addColumn('attempt_hash', 'text', (column) => column.notNull())
        .addColumn('outcome', 'text', (column) => column.notNull())
        .addColumn('deliveries', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('bill_source_delivery_key', ['source', 'fingerprint'])
        .execute();
      await db.schema
        .createIndex('bill_source_delivery_origin')
        .on('bill_source_delivery')
        .columns(['source', 'origin'])
        .execute();
      // Fetched objects, with their upload, or with the hash by which their bytes are kept.
      await db.schema
        .createTable('bill_source_object')
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('object_key', 'text', (column) => column.notNull())
        .addColumn('etag', 'text', (column) => column.notNull())
        .addColumn('sha256', 'text')
        .addColumn('upload', 'text')
        .addPrimaryKeyConstraint('bill_source_object_key', ['source', 'object_key'])
        .execute();
    },
  },
};
