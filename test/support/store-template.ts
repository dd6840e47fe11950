import { join } from 'node:path';
import { migrations } from '../../src/app/migrations.ts';
import { openStore } from '../../src/platform/store/index.ts';

/** Writes a migrated, empty `store.db` into `folder`; `testApplication` copies it, which is cheaper than 70 migrations each time. */
export async function writeStoreTemplate(folder: string): Promise<string> {
  const store = await openStore({ database: 'sqlite', folder });
  await store.migrate(migrations);
  // Closing the last connection moves the write-ahead log into the file, so that the file alone is the complete store.
  await store[Symbol.asyncDispose]();
  return join(folder, 'store.db');
}
