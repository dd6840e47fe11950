import { setTimeout as pause } from 'node:timers/promises';
import { addSequence, type Migrations, type Store } from './index.ts';

interface SuiteTables {
  item: { name: string; amount: number; note: string | null };
  entry: { id: number; text: string };
}

export const suiteMigrations: Migrations = {
  'suite/001-item': {
    async up(database) {
      await database.schema
        .createTable('item')
        .addColumn('name', 'text', (of) => of.primaryKey())
        .addColumn('amount', 'bigint', (of) => of.notNull())
        .addColumn('note', 'text')
        .execute();
    },
  },
  'suite/002-entry': {
    async up(database) {
      await addSequence(database, database.schema.createTable('entry'), 'id')
        .addColumn('text', 'text', (of) => of.notNull())
        .execute();
    },
  },
};

export const items = (sql: Pick<Store, 'tables'>) => sql.tables<SuiteTables>();
export const put = (sql: Pick<Store, 'tables'>, name: string, amount = 0) =>
  items(sql).insertInto('item').values({ name, amount, note: null }).execute();
export const amounts = async (sql: Pick<Store, 'tables'>) =>
  (await items(sql).selectFrom('item').select('amount').orderBy('name').execute()).map((row) => row.amount);

export const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

/**
 * Loses an update unless transactions behave as if they ran one after another. It takes its time, as one that waits for a
 * disk does, so that others come between.
 */
export async function readAndAddOne(sql: Pick<Store, 'tables'>): Promise<void> {
  const { amount } = await items(sql).selectFrom('item').select('amount').executeTakeFirstOrThrow();
  await pause(2);
  await items(sql)
    .updateTable('item')
    .set({ amount: amount + 1 })
    .execute();
}
