import type { Migrations } from '../store/index.ts';

export const acknowledgementMigrations: Migrations = {
  'acknowledgements/001-handling': {
    async up(database) {
      await database.schema
        .createTable('handling')
        .addColumn('noun', 'text', (of) => of.notNull())
        .addColumn('thing', 'text', (of) => of.notNull())
        .addColumn('document', 'text', (of) => of.notNull())
        .addPrimaryKeyConstraint('handling_key', ['noun', 'thing'])
        .execute();
    },
  },
};
