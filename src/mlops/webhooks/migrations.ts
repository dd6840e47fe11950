import type { ColumnDefinitionBuilder, Kysely } from 'kysely';
import type { Migrations } from '../../platform/store/index.ts';

type Database = Kysely<unknown>;

/** Forward-only schema steps of webhooks and their deliveries. */
export const webhookMigrations: Migrations = {
  'webhooks/001-webhooks-and-deliveries': {
    async up(database) {
      await createWebhooks(database);
      await createDeliveries(database);
    },
  },
};

function required(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.notNull();
}

async function createWebhooks(database: Database): Promise<void> {
  await database.schema
    .createTable('webhook')
    .addColumn('webhook_id', 'text', (of) => of.primaryKey())
    .addColumn('name', 'text', required)
    .addColumn('url', 'text', required)
    .addColumn('description', 'text')
    .addColumn('sealed_secret', 'text')
    .addColumn('status', 'text', required)
    .addColumn('creation_timestamp', 'bigint', required)
    .addColumn('last_updated_timestamp', 'bigint', required)
    .execute();
  await database.schema
    .createTable('webhook_event')
    .addColumn('webhook_id', 'text', required)
    .addColumn('entity', 'text', required)
    .addColumn('action', 'text', required)
    .addColumn('position', 'integer', required)
    .addPrimaryKeyConstraint('webhook_event_key', ['webhook_id', 'entity', 'action'])
    .execute();
}

async function createDeliveries(database: Database): Promise<void> {
  await database.schema
    .createTable('webhook_delivery')
    .addColumn('delivery_id', 'text', (of) => of.primaryKey())
    .addColumn('webhook_id', 'text', required)
    .addColumn('sequence', 'bigint', required)
    .addColumn('entity', 'text', required)
    .addColumn('action', 'text', required)
    .addColumn('body', 'text', required)
    .addColumn('state', 'text', required)
    .addColumn('attempts', 'integer', required)
    .addColumn('tries_left', 'integer', required)
    .addColumn('due_at', 'bigint', required)
    .addColumn('leased_by', 'text')
    .addColumn('created_at', 'bigint', required)
    .addColumn('ended_at', 'bigint')
    .addColumn('response_status', 'integer')
    .addColumn('error', 'text')
    // The fan-out may receive an event more than once; each webhook gets one delivery of it.
    .addUniqueConstraint('webhook_delivery_of_event', ['webhook_id', 'sequence'])
    .execute();
  await database.schema
    .createIndex('webhook_delivery_due')
    .on('webhook_delivery')
    .columns(['state', 'due_at'])
    .execute();
}
