import type { Migrations } from '../../platform/store/index.ts';
import { systemClock } from '../../platform/units/index.ts';
import { noteMissing } from './deletion-store.ts';

/**
 * When runs and logged models were deleted, beside them and not in them: most are never deleted. Of those that were
 * deleted before this was noted, the time of the upgrade stands: nothing is kept for a shorter time than was promised.
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
