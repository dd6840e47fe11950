import type { Migrations } from '../../platform/store/index.ts';

export const gatewayMigrations: Migrations = {
  'serving/002-endpoint-traffic': {
    async up(db) {
      await db.schema
        .createTable('endpoint_traffic')
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('span_ms', 'integer', (column) => column.notNull())
        .addColumn('at_ms', 'bigint', (column) => column.notNull())
        .addColumn('variant', 'text', (column) => column.notNull())
        .addColumn('model', 'text', (column) => column.notNull())
        .addColumn('version', 'text', (column) => column.notNull())
        .addColumn('server', 'text', (column) => column.notNull())
        .addColumn('answered', 'integer', (column) => column.notNull())
        .addColumn('refused', 'integer', (column) => column.notNull())
        .addColumn('throttled', 'integer', (column) => column.notNull())
        .addColumn('failed', 'integer', (column) => column.notNull())
        .addColumn('lost', 'integer', (column) => column.notNull())
        .addColumn('latency', 'text', (column) => column.notNull())
        .addColumn('replica_ms', 'double precision', (column) => column.notNull())
        .addColumn('measured_ms', 'double precision', (column) => column.notNull())
        .addPrimaryKeyConstraint('endpoint_traffic_key', [
          'endpoint',
          'span_ms',
          'at_ms',
          'variant',
          'model',
          'version',
          'server',
        ])
        .execute();
      await db.schema
        .createIndex('endpoint_traffic_age')
        .on('endpoint_traffic')
        .columns(['span_ms', 'at_ms'])
        .execute();
    },
  },
  'serving/005-busy-time': {
    async up(db) {
      await db.schema.alterTable('endpoint_traffic').addColumn('busy', 'text').execute();
    },
  },
  'serving/004-service-times': {
    async up(db) {
      await db.schema.alterTable('endpoint_traffic').addColumn('service', 'text').execute();
    },
  },
  'serving/006-stage-traffic': {
    async up(db) {
      await db.schema
        .createTable('endpoint_stage_traffic')
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('span_ms', 'integer', (column) => column.notNull())
        .addColumn('at_ms', 'bigint', (column) => column.notNull())
        .addColumn('route', 'text', (column) => column.notNull())
        .addColumn('variant', 'text', (column) => column.notNull())
        .addColumn('model', 'text', (column) => column.notNull())
        .addColumn('version', 'text', (column) => column.notNull())
        .addColumn('server', 'text', (column) => column.notNull())
        .addColumn('asked', 'integer', (column) => column.notNull())
        .addColumn('escalated', 'integer', (column) => column.notNull())
        .addColumn('failed', 'integer', (column) => column.notNull())
        .addColumn('busy_ms', 'double precision', (column) => column.notNull())
        .addPrimaryKeyConstraint('endpoint_stage_traffic_key', [
          'endpoint',
          'span_ms',
          'at_ms',
          'route',
          'variant',
          'model',
          'version',
          'server',
        ])
        .execute();
      await db.schema
        .createIndex('endpoint_stage_traffic_age')
        .on('endpoint_stage_traffic')
        .columns(['span_ms', 'at_ms'])
        .execute();
    },
  },
};
