import type { Migrations } from '../store/index.ts';

export const objectMigrations: Migrations = {
  'objects/001-digests': {
    async up(db) {
      await db.schema
        .createTable('object_digest')
        .addColumn('place', 'text', (column) => column.notNull())
        .addColumn('object_key', 'text', (column) => column.notNull())
        .addColumn('size_bytes', 'bigint', (column) => column.notNull())
        .addColumn('sha256', 'text', (column) => column.notNull())
        // While a put is in progress: the digest before it, empty where there was none. Null: the put is done.
        .addColumn('previous', 'text')
        .addColumn('stamp', 'text')
        .addColumn('damage', 'text')
        .addPrimaryKeyConstraint('object_digest_key', ['place', 'object_key'])
        .execute();
    },
  },
};
