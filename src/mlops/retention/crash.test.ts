import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Objects, openObjects } from '../../platform/objects/index.ts';
import { openStore, type Store } from '../../platform/store/index.ts';
import type { Deleted } from '../tracking/index.ts';
import { retentionMigrations } from './migrations.ts';
import { createService, type RetentionDeps } from './service.ts';
import { listNotedObjects, savePolicy } from './store.ts';

let store: Store;
let objects: Objects;

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'retention-'));
  store = await openStore({ database: 'sqlite', folder });
  await store.migrate(retentionMigrations);
  objects = await openObjects(join(folder, 'objects'));
  await savePolicy(store, { policy: 'all', spec: { keepDeletedDays: 0, experiment: null } });
});
afterEach(() => store[Symbol.asyncDispose]());

const item: Deleted = {
  kind: 'run',
  id: 'r',
  name: 'r',
  experimentId: 0,
  deletedAt: 0,
  artifactUri: 'mlflow-artifacts:/0/r/artifacts',
};

function service(removal: Pick<Objects, 'remove'>) {
  let there = [item];
  const deps: RetentionDeps = {
    store,
    objects: { ...objects, ...removal },
    clock: { now: () => 1 },
    tracking: {
      restoreLoggedModel: async () => {},
      deletions: {
        list: async (_sql, { kind }) => there.filter((one) => one.kind === kind),
        noteMissing: async () => {},
        samples: async () => new Map(),
        volume: async () => ({ files: 1, bytes: 1 }),
        objectFolder: () => 'artifacts/0/r',
        erase: async () => {
          there = [];
          return true;
        },
      },
    },
    costs: { costsOfRuns: async () => new Map() },
    holders: [],
    experimentId: async () => null,
  };
  return createService(deps);
}

it('removes after a crash the artifacts whose rows were gone already', async () => {
  await objects.put('artifacts/0/r/artifacts/a', '1');
  const dying = service({ remove: () => Promise.reject(new Error('the disk is gone')) });
  await expect(dying.run('all', new Date(0).toISOString(), 10)).rejects.toThrow('the disk is gone');
  expect(await listNotedObjects(store)).toEqual(['artifacts/0/r']);
  await service({ remove: objects.remove }).removeNoted();
  expect(await objects.size('artifacts/0/r/artifacts/a')).toBeNull();
  expect(await listNotedObjects(store)).toEqual([]);
});
