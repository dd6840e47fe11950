import { sql as raw } from 'kysely';
import type { Migrations } from '../../platform/store/index.ts';

export const monitoringMigrations: Migrations = {
  'monitoring/011-alerts': {
    async up(db) {
      await db.schema
        .createTable('alert_standing')
        .addColumn('monitor', 'text', (column) => column.notNull())
        .addColumn('alert', 'text', (column) => column.notNull())
        .addColumn('cause', 'text', (column) => column.notNull())
        .addColumn('counts', 'text', (column) => column.notNull())
        .addColumn('since', 'text', (column) => column.notNull())
        .addColumn('looked_at', 'text', (column) => column.notNull())
        // UTC instant up to which data has been evaluated; that data is never evaluated again.
        .addColumn('looked_until', 'text', (column) => column.notNull())
        .addColumn('reason', 'text', (column) => column.notNull())
        .addColumn('episode', 'text')
        .addPrimaryKeyConstraint('alert_standing_key', ['monitor', 'alert'])
        .execute();
      await db.schema
        .createTable('alert_episode')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('monitor', 'text', (column) => column.notNull())
        .addColumn('alert', 'text', (column) => column.notNull())
        .addColumn('cause', 'text', (column) => column.notNull())
        .addColumn('opened_at', 'text', (column) => column.notNull())
        .addColumn('changed_at', 'text', (column) => column.notNull())
        .addColumn('closed_at', 'text')
        // '1' while it is open: open ones are listed first.
        .addColumn('is_open', 'text', (column) => column.notNull())
        .addColumn('facts', 'text', (column) => column.notNull())
        .addColumn('reason', 'text', (column) => column.notNull())
        .addColumn('mute', 'text')
        .execute();
      await db.schema
        .createIndex('alert_episode_open')
        .on('alert_episode')
        .columns(['monitor', 'alert'])
        .where(raw<boolean>`is_open = '1'`)
        .unique()
        .execute();
      await db.schema
        .createTable('alert_step')
        .addColumn('episode', 'text', (column) => column.notNull())
        .addColumn('number', 'integer', (column) => column.notNull())
        .addColumn('at', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('reason', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('alert_step_key', ['episode', 'number'])
        .execute();
    },
  },
  'monitoring/012-retrained': {
    async up(db) {
      // The version that answers an open episode, and how its own looks stand.
      await db.schema.alterTable('alert_standing').addColumn('retrained', 'text').execute();
      await db.schema.alterTable('alert_episode').addColumn('closed_as', 'text').execute();
    },
  },
  'monitoring/013-looks': {
    async up(db) {
      // Looks that labels which come later judge again, and the looks that opened and closed an episode.
      await db.schema
        .createTable('alert_look')
        .addColumn('monitor', 'text', (column) => column.notNull())
        .addColumn('alert', 'text', (column) => column.notNull())
        .addColumn('place', 'integer', (column) => column.notNull())
        .addColumn('facts', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('alert_look_key', ['monitor', 'alert', 'place'])
        .execute();
      await db.schema.alterTable('alert_standing').addColumn('base', 'text').execute();
      await db.schema.alterTable('alert_episode').addColumn('first_look', 'integer').execute();
      await db.schema.alterTable('alert_episode').addColumn('last_look', 'integer').execute();
    },
  },
};
