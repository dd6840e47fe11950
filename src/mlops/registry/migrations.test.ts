import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../platform/store/index.ts';
import { trackingMigrations } from '../tracking/index.ts';
import { refuseFrozen } from './frozen.ts';
import { registryMigrations } from './migrations.ts';

interface Tables {
  run: Record<string, string | number | null>;
  model_version: Record<string, string | number | null>;
}

it('freezes the artifacts of versions that were registered before', async () => {
  const store = await openStore({ database: 'sqlite', folder: mkdtempSync(join(tmpdir(), 'frozen-')) });
  onTestFinished(() => store[Symbol.asyncDispose]());
  const { 'registry/002-frozen-artifacts': _frozen, ...before } = registryMigrations;
  await store.migrate({ ...trackingMigrations, ...before });
  const run = {
    ...{ run_id: 'abc', experiment_id: 0, run_name: 'r', user_id: 'u', status: 'FINISHED', start_time: 1, end_time: 2 },
    ...{ artifact_uri: 'mlflow-artifacts:/7/abc/artifacts', lifecycle_stage: 'active' },
  };
  await store.tables<Tables>().insertInto('run').values(run).execute();
  const places = [
    'mlflow-artifacts:/0/x/artifacts/m',
    'runs:/abc/model',
    's3://bucket/m',
    'mlflow-artifacts:///0/y//m/',
  ];
  const versions = places.map((place, index) => ({
    ...{ model: 'm', version: index + 1, creation_timestamp: 1, last_updated_timestamp: 1, current_stage: 'None' },
    ...{ source: place, storage_location: place },
  }));
  await store.tables<Tables>().insertInto('model_version').values(versions).execute();
  await store.migrate({ ...trackingMigrations, ...registryMigrations });
  const codeOf = (path: string) =>
    refuseFrozen(store, path, 'folder').then(
      () => null,
      (error: { code: string }) => error.code,
    );
  for (const path of ['0/x/artifacts/m/a', '0/x/artifacts', '7/abc/artifacts/model', '0/y/m/a', '0']) {
    expect([path, await codeOf(path)]).toEqual([path, 'artifact_immutable']);
  }
  for (const path of ['0/x/artifacts/m2', '0/x/artifacts/m.txt', '7/abc/artifacts/logs/a', 'bucket/m']) {
    expect([path, await codeOf(path)]).toEqual([path, null]);
  }
});
