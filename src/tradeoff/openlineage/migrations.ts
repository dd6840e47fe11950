import { addSequence, type Migrations } from '../../platform/store/index.ts';

export const openLineageMigrations: Migrations = {
  'openlineage/001-events': {
    async up(database) {
      await addSequence(database, database.schema.createTable('openlineage_event'), 'sequence')
        .addColumn('source', 'bigint', (of) => of.notNull().unique())
        .addColumn('document', 'text', (of) => of.notNull())
        .addColumn('at', 'text', (of) => of.notNull())
        .addColumn('push', 'text', (of) => of.notNull())
        .addColumn('push_error', 'text')
        .addColumn('leased_until', 'text')
        .execute();
      await database.schema
        .createIndex('openlineage_event_push')
        .on('openlineage_event')
        .columns(['push', 'sequence'])
        .execute();
    },
  },
};
