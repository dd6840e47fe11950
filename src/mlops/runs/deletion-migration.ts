import type { Migrations } from '../../platform/store/index.ts';
import { systemClock } from '../../platform/units/index.ts';
import { noteMissing } from './deletion-store.ts';

/**
 * Deletion times of runs and logged models, in a separate table: most are never deleted. For those deleted before this
 * migration, the time of the upgrade counts: none is retained for a shorter time than promised.
 */
export const deletionMigrations: Migrations = {
  'tracking/006-deletion-times': {
    async up(database) {
      await database.schema
        .createTable('deletion')
        .addColumn('kind', 'text', (of) => of.notNull())
        .addColumn('id', 'text', (of) => of.notNull())
        .addColumn('deleted_at', 'bigint', (of) => of.notNull())
        .addPrimaryKeyConstraint('deletion_key', ['kind', 'id'])
        .execute();
      await database.schema
        .createIndex('deletion_by_time')
        .on('deletion')
        .columns(['kind', 'deleted_at', 'id'])
        .execute();
      await noteMissing(database, systemClock.now());
    },
  },
};
