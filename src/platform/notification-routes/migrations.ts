import type { ColumnDefinitionBuilder } from 'kysely';
import { addSequence, type Migrations } from '../store/index.ts';

const required = (column: ColumnDefinitionBuilder) => column.notNull();

/** Forward-only schema steps of notification routes and the delivery log. */
export const notificationMigrations: Migrations = {
  'notification-routes/001-routes-and-deliveries': {
    async up(database) {
      await database.schema
        .createTable('notification_route')
        .addColumn('name', 'text', (of) => of.primaryKey())
        .addColumn('spec', 'text', required)
        .execute();
      await addSequence(database, database.schema.createTable('notification_delivery'), 'sequence')
        .addColumn('delivery_id', 'text', (of) => of.notNull().unique())
        .addColumn('route', 'text', required)
        .addColumn('target', 'text')
        .addColumn('notice_id', 'text', required)
        .addColumn('topic', 'text', required)
        .addColumn('severity', 'text', required)
        .addColumn('subject', 'text', required)
        .addColumn('title', 'text', required)
        .addColumn('notice', 'text', required)
        .addColumn('state', 'text', required)
        .addColumn('is_collected', 'integer', required)
        .addColumn('attempts', 'integer', required)
        .addColumn('tries_left', 'integer', required)
        .addColumn('due_at', 'bigint', required)
        .addColumn('leased_by', 'text')
        .addColumn('created_at', 'bigint', required)
        .addColumn('ended_at', 'bigint')
        .addColumn('response_status', 'integer')
        .addColumn('error', 'text')
        .addColumn('digest_id', 'text')
        // A retry of a job may file a notice again; each route gets one delivery of it.
        .addUniqueConstraint('notification_delivery_once', ['route', 'notice_id'])
        .execute();
      await database.schema
        .createIndex('notification_delivery_due')
        .on('notification_delivery')
        .columns(['state', 'due_at'])
        .execute();
      await database.schema
        .createIndex('notification_delivery_log')
        .on('notification_delivery')
        .columns(['route', 'sequence'])
        .execute();
      await database.schema
        .createIndex('notification_delivery_digest')
        .on('notification_delivery')
        .columns(['digest_id'])
        .execute();
    },
  },
};
