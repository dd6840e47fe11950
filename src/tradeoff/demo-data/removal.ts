import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lake } from '../../platform/lake/index.ts';
import type { Objects } from '../../platform/objects/index.ts';
import type { Store } from '../../platform/store/index.ts';
import { deleteDemo, findDemo, findRowsBefore } from './store.ts';
import { replaceRows } from './tables.ts';

export interface RemovalDeps {
  /** Data folder. */
  readonly folder: string;
  readonly store: Store;
  readonly lake: Pick<Lake, 'removeOrphans'>;
  readonly objects: Pick<Objects, 'list' | 'remove'>;
  readonly artifacts: Pick<Objects, 'list' | 'remove'>;
}

/**
 * Finishes a removal of the demo data that was asked for, before anything reads the store. The files go first, because their removal can
 * be repeated: a server that is killed meanwhile finishes at its next start.
 */
export async function finishRemoval(deps: RemovalDeps): Promise<boolean> {
  const { folder, store, lake, objects, artifacts } = deps;
  if ((await findDemo(store))?.state !== 'removing') return false;
  const before = (await findRowsBefore(store)) ?? {};
  for (const root of new Set([objects, artifacts])) {
    for (const { name } of await root.list('')) await root.remove(name);
  }
  const journals = join(folder, 'journals');
  for (const name of await readdir(journals).catch(() => [])) await rm(join(journals, name), { recursive: true });
  await store.transaction(async (sql) => {
    await replaceRows(sql, before);
    await deleteDemo(sql);
  });
  await lake.removeOrphans(store);
  return true;
}
