import { addSequence, type Migrations } from '../store/index.ts';

export const eventMigrations: Migrations = {
  'events/001-outbox': {
    async up(database) {
      await addSequence(database, database.schema.createTable('event'), 'sequence')
        .addColumn('type', 'text', (of) => of.notNull())
        .addColumn('subject', 'text', (of) => of.notNull())
        .addColumn('payload', 'text', (of) => of.notNull())
        .addColumn('at', 'text', (of) => of.notNull())
        .execute();
      await database.schema.createIndex('event_of_type').on('event').columns(['type', 'sequence']).execute();
      await database.schema
        .createTable('event_cursor')
        .addColumn('subscriber', 'text', (of) => of.primaryKey())
        .addColumn('sequence', 'bigint', (of) => of.notNull())
        .addColumn('leased_by', 'text')
        .addColumn('leased_until', 'text')
        .execute();
      await database.schema
        .createTable('event_waiting')
        .addColumn('subscriber', 'text', (of) => of.notNull())
        .addColumn('sequence', 'bigint', (of) => of.notNull())
        .addColumn('subject', 'text', (of) => of.notNull())
        .addColumn('attempts', 'integer', (of) => of.notNull())
        .addColumn('due_at', 'text', (of) => of.notNull())
        .addPrimaryKeyConstraint('event_waiting_key', ['subscriber', 'sequence'])
        .execute();
      await database.schema
        .createTable('event_parked')
        .addColumn('subscriber', 'text', (of) => of.notNull())
        .addColumn('sequence', 'bigint', (of) => of.notNull())
        .addColumn('type', 'text', (of) => of.notNull())
        .addColumn('subject', 'text', (of) => of.notNull())
        .addColumn('payload', 'text', (of) => of.notNull())
        .addColumn('at', 'text', (of) => of.notNull())
        .addColumn('attempts', 'integer', (of) => of.notNull())
        .addColumn('error', 'text', (of) => of.notNull())
        .addColumn('parked_at', 'text', (of) => of.notNull())
        .addPrimaryKeyConstraint('event_parked_key', ['subscriber', 'sequence'])
        .execute();
    },
  },
};
