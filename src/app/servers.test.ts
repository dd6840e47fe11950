import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../platform/config/index.ts';
import { createLifetime } from '../platform/lifetime/index.ts';
import { buildServerFolder, lockFolder, tryLockFolder } from '../platform/store/folder-lock.ts';
import { createRoleCheck, enterDataFolder } from './servers.ts';

const database = 'postgresql://steelyard@127.0.0.1/steelyard';
const configOf = (flags: Record<string, string>) => loadConfig({ environment: {}, flags }).config;

describe('the routes of a server', () => {
  it.each([
    ['gateway', '/serve/:endpoint/*', true],
    ['gateway', '/api/v1/costs/summary', false],
    ['gateway', '/health', true],
    ['gateway', '/', false],
    ['api', '/serve/:endpoint/*', false],
    ['api, worker', '/api/v1/costs/summary', true],
    ['worker', '/metrics', true],
    ['worker', '/api/2.0/mlflow/runs/create', false],
    ['api, gateway, worker', '/serve/:endpoint/*', true],
  ])('with the roles %s include %s: %s', (roles, route, isIncluded) => {
    const check = createRoleCheck(configOf({ server: 'a', database, roles, publicUrl: 'https://steelyard.test' }));
    if (isIncluded) expect(() => check(route)).not.toThrow();
    else expect(() => check(route)).toThrow(expect.objectContaining({ code: 'not_served_here' }));
  });
});

describe('the data folder of several servers', () => {
  it('is entered by each of them once, and by no server alone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'entered-'));
    const enter = (server: string) => {
      const lifetime = createLifetime();
      enterDataFolder(configOf({ server, database }), folder, undefined, lifetime);
      return lifetime;
    };
    await using _a = enter('a');
    await using _b = enter('b');
    expect(() => enter('a')).toThrow(expect.objectContaining({ code: 'data_folder_in_use' }));
    expect(() => enter('a')).toThrow('Stop it, or use another folder with --data.');
    expect(tryLockFolder(folder)).toBeNull();
  });

  it('is refused to a server without a name, which would not see their journals', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'entered-'));
    mkdirSync(join(folder, 'servers'));
    writeFileSync(join(folder, 'servers', 'folder-id'), '0123\n');
    await using lifetime = createLifetime();
    expect(() => enterDataFolder(configOf({}), folder, undefined, lifetime)).toThrow(
      expect.objectContaining({ code: 'data_folder_in_use' }),
    );
  });

  it('stays that of its only server when a server with a name is refused next to it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'entered-'));
    {
      await using single = createLifetime();
      enterDataFolder(configOf({}), folder, undefined, single);
      await using refused = createLifetime();
      const lock = lockFolder(buildServerFolder(folder, 'a'));
      expect(() => enterDataFolder(configOf({ server: 'a', database }), folder, lock, refused)).toThrow(
        expect.objectContaining({ code: 'data_folder_in_use' }),
      );
      lock[Symbol.dispose]();
    }
    await using again = createLifetime();
    expect(() => enterDataFolder(configOf({}), folder, undefined, again)).not.toThrow();
  });
});
