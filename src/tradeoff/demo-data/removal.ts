import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { killAllCommands } from '../../mlops/executors/index.ts';
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

/** Folders of the data folder that a removal empties: readings and predictions, models and usage of replicas, code and work of pipelines. */
const EMPTIED = ['journals', 'serving', 'pipelines'] as const;

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
  await killAllCommands(join(folder, 'pipelines', 'work'), 'the demo data are removed');
  for (const part of EMPTIED) {
    for (const name of await readdir(join(folder, part)).catch(() => []))
      await rm(join(folder, part, name), { recursive: true });
  }
  await store.transaction(async (sql) => {
    await replaceRows(sql, before);
    await deleteDemo(sql);
  });
  await lake.removeOrphans(store);
  return true;
}
