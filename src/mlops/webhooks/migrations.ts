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

function requireColumn(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.notNull();
}

async function createWebhooks(database: Database): Promise<void> {
  await database.schema
    .createTable('webhook')
    .addColumn('webhook_id', 'text', (of) => of.primaryKey())
    .addColumn('name', 'text', requireColumn)
    .addColumn('url', 'text', requireColumn)
    .addColumn('description', 'text')
    .addColumn('sealed_secret', 'text')
    .addColumn('status', 'text', requireColumn)
    .addColumn('creation_timestamp', 'bigint', requireColumn)
    .addColumn('last_updated_timestamp', 'bigint', requireColumn)
    .execute();
  await database.schema
    .createTable('webhook_event')
    .addColumn('webhook_id', 'text', requireColumn)
    .addColumn('entity', 'text', requireColumn)
    .addColumn('action', 'text', requireColumn)
    .addColumn('position', 'integer', requireColumn)
    .addPrimaryKeyConstraint('webhook_event_key', ['webhook_id', 'entity', 'action'])
    .execute();
}

async function createDeliveries(database: Database): Promise<void> {
  await database.schema
    .createTable('webhook_delivery')
    .addColumn('delivery_id', 'text', (of) => of.primaryKey())
    .addColumn('webhook_id', 'text', requireColumn)
    .addColumn('sequence', 'bigint', requireColumn)
    .addColumn('entity', 'text', requireColumn)
    .addColumn('action', 'text', requireColumn)
    .addColumn('body', 'text', requireColumn)
    .addColumn('state', 'text', requireColumn)
    .addColumn('attempts', 'integer', requireColumn)
    .addColumn('tries_left', 'integer', requireColumn)
    .addColumn('due_at', 'bigint', requireColumn)
    .addColumn('leased_by', 'text')
    .addColumn('created_at', 'bigint', requireColumn)
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
