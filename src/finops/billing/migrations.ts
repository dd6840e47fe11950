import type { Kysely } from 'kysely';
import { addSequence, type Migrations } from '../../platform/store/index.ts';
import { fillDecisions } from './decisions-migration.ts';
import { type BeforeUnits, fillUnits } from './units/index.ts';

export const billingMigrations: Migrations = {
  'billing/001-deliveries': {
    async up(db) {
      await db.schema
        .createTable('bill_delivery')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('received_at', 'text', (column) => column.notNull())
        .addColumn('periods', 'text', (column) => column.notNull())
        .addColumn('files', 'text', (column) => column.notNull())
        .addColumn('rows_accepted', 'bigint', (column) => column.notNull())
        .addColumn('rows_rejected', 'bigint', (column) => column.notNull())
        .addColumn('rejected', 'text', (column) => column.notNull())
        .addColumn('totals', 'text', (column) => column.notNull())
        .addColumn('replaced', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('bill_delivery_received')
        .on('bill_delivery')
        .columns(['received_at', 'id'])
        .execute();
      // One row per unit of replacement, with its active delivery.
      await db.schema
        .createTable('bill_unit')
        .addColumn('partition_name', 'text', (column) => column.primaryKey())
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('period', 'text', (column) => column.notNull())
        .addColumn('delivery_id', 'text', (column) => column.notNull())
        .execute();
    },
  },
  'billing/002-units': {
    async up(db: Kysely<BeforeUnits>) {
      const delivery = db.schema.alterTable('bill_delivery');
      await delivery.addColumn('producer_id', 'text').execute();
      // One row per unit of a delivery, in order of arrival, counted or not; its content never changes.
      await addSequence(db, db.schema.createTable('bill_delivery_unit'), 'sequence')
        .addColumn('delivery_id', 'text', (column) => column.notNull())
        .addColumn('partition_name', 'text', (column) => column.notNull())
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('export_name', 'text', (column) => column.notNull())
        .addColumn('dataset', 'text', (column) => column.notNull())
        .addColumn('scope', 'text', (column) => column.notNull())
        .addColumn('period', 'text')
        .addColumn('received_at', 'text', (column) => column.notNull())
        .addColumn('produced_at', 'text', (column) => column.notNull())
        .addColumn('lake_files', 'text', (column) => column.notNull())
        .addColumn('row_count', 'bigint', (column) => column.notNull())
        .addColumn('facts', 'text')
        .addColumn('ignored', 'integer', (column) => column.notNull())
        .addColumn('remark', 'text')
        .addUniqueConstraint('bill_delivery_unit_once', ['delivery_id', 'partition_name'])
        .execute();
      await db.schema
        .createIndex('bill_delivery_unit_partition')
        .on('bill_delivery_unit')
        .columns(['partition_name', 'produced_at'])
        .execute();
      const unit = () => db.schema.alterTable('bill_unit');
      await unit()
        .addColumn('export_name', 'text', (column) => column.notNull().defaultTo('default'))
        .execute();
      await unit()
        .addColumn('dataset', 'text', (column) => column.notNull().defaultTo('CostAndUsage'))
        .execute();
      await unit()
        .addColumn('scope', 'text', (column) => column.notNull().defaultTo('default'))
        .execute();
      await unit()
        .addColumn('arrival', 'bigint', (column) => column.notNull().defaultTo(0))
        .execute();
      await unit().addColumn('preference', 'bigint').execute();
      await unit()
        .addColumn('beside', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
      await unit().addColumn('shadowed_by', 'text').execute();
      await unit().addColumn('shadow_reason', 'text').execute();
      await db.schema.createIndex('bill_unit_period').on('bill_unit').column('period').execute();
      await fillUnits(db);
      // Exports that describe the same charges, as pairs of units without their period.
      await db.schema
        .createTable('bill_overlap')
        .addColumn('one', 'text', (column) => column.notNull())
        .addColumn('other', 'text', (column) => column.notNull())
        .addColumn('period', 'text', (column) => column.notNull())
        .addColumn('reason', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('bill_overlap_once', ['one', 'other', 'period'])
        .execute();
      // Operations that changed the counted deliveries, one row per operation and billing period; `delta` is set where
      // the period was closed.
      await addSequence(db, db.schema.createTable('bill_act'), 'sequence')
        .addColumn('at', 'text', (column) => column.notNull())
        .addColumn('act', 'text', (column) => column.notNull())
        .addColumn('actor', 'text', (column) => column.notNull())
        .addColumn('why', 'text')
        .addColumn('delivery_id', 'text', (column) => column.notNull())
        .addColumn('period', 'text', (column) => column.notNull())
        .addColumn('changes', 'text', (column) => column.notNull())
        .addColumn('delta', 'text')
        .execute();
      await db.schema
        .createTable('bill_source')
        .addColumn('source', 'text', (column) => column.primaryKey())
        .addColumn('provisional_days', 'integer', (column) => column.notNull())
        .execute();
    },
  },
  // One row per deleted delivery, or per delivery with deleted raw files, for later queries about it.
  'billing/003-deletions': {
    async up(db) {
      await addSequence(db, db.schema.createTable('bill_deletion'), 'sequence')
        .addColumn('at', 'text', (column) => column.notNull())
        .addColumn('cause', 'text', (column) => column.notNull())
        .addColumn('what', 'text', (column) => column.notNull())
        .addColumn('actor', 'text', (column) => column.notNull())
        .addColumn('why', 'text')
        .addColumn('delivery_id', 'text', (column) => column.notNull())
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('periods', 'text', (column) => column.notNull())
        .addColumn('row_count', 'bigint', (column) => column.notNull())
        .addColumn('lake_bytes', 'bigint', (column) => column.notNull())
        .addColumn('raw_bytes', 'bigint', (column) => column.notNull())
        .addColumn('files', 'text', (column) => column.notNull())
        .addColumn('lake_files', 'text', (column) => column.notNull())
        .addColumn('finished_at', 'text')
        .execute();
      await db.schema.createIndex('bill_deletion_delivery').on('bill_deletion').column('delivery_id').execute();
      await db.schema.alterTable('bill_delivery').addColumn('raw_deleted_at', 'text').execute();
    },
  },
  // Charges are compared by identity, not by amount, and a decision is about a pair of exports, not about one.
  'billing/004-overlaps': {
    async up(db) {
      const overlap = () => db.schema.alterTable('bill_overlap');
      await overlap()
        .addColumn('kind', 'text', (column) => column.notNull().defaultTo('amounts'))
        .execute();
      await overlap().addColumn('larger', 'text').execute();
      await db.schema
        .createTable('bill_overlap_decision')
        .addColumn('one', 'text', (column) => column.notNull())
        .addColumn('other', 'text', (column) => column.notNull())
        .addColumn('period', 'text', (column) => column.notNull())
        .addColumn('counts', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('bill_overlap_decision_once', ['one', 'other', 'period'])
        .execute();
      await fillDecisions(db);
      const unit = () => db.schema.alterTable('bill_unit');
      await unit()
        .addColumn('held', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
      await unit().dropColumn('preference').execute();
      await unit().dropColumn('beside').execute();
    },
  },
  // Declared date and number formats of files.
  'billing/005-written': {
    async up(db) {
      for (const table of ['bill_delivery', 'bill_source']) {
        await db.schema.alterTable(table).addColumn('date_format', 'text').execute();
        await db.schema.alterTable(table).addColumn('number_format', 'text').execute();
      }
    },
  },
};
