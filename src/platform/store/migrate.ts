import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { AppError } from '../errors/index.ts';
import type { Migrations } from './sql.ts';

/** Features number their own steps, so a later release may bring a name that sorts before an applied one. */
export async function runMigrations(database: Kysely<unknown>, migrations: Migrations): Promise<void> {
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: async () => ({ ...migrations }) },
    migrationTableName: 'steelyard_migration',
    migrationLockTableName: 'steelyard_migration_lock',
    allowUnorderedMigrations: true,
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  if (error instanceof Error && error.message.includes('previously executed migration')) {
    throw new AppError(
      'data_folder_newer',
      'This store was written by a newer Steelyard. Start that version, or restore a backup made before the upgrade.',
      {},
      { cause: error },
    );
  }
  throw error;
}
