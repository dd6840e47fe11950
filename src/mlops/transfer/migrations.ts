import type { Migrations } from '../../platform/store/index.ts';

/** Forward-only schema steps of entities imported from other servers. */
export const transferMigrations: Migrations = {
  'transfer/001-imported': {
    async up(database) {
      await database.schema
        .createTable('imported')
        .addColumn('source', 'text', (of) => of.notNull())
        .addColumn('kind', 'text', (of) => of.notNull())
        .addColumn('id', 'text', (of) => of.notNull())
        .addColumn('fingerprint', 'text')
        .addColumn('changed_at', 'bigint', (of) => of.notNull())
        .addPrimaryKeyConstraint('imported_key', ['source', 'kind', 'id'])
        .execute();
    },
  },
};
