import { describe, expect, it } from 'vitest';
import { loadConfig } from '../index.ts';
import { listSharingWarnings, parseRoles } from './schema.ts';

type Flags = NonNullable<Parameters<typeof loadConfig>[0]['flags']>;
const load = (flags: Flags) => loadConfig({ environment: {}, flags }).config;
const database = 'postgresql://steelyard@127.0.0.1/steelyard';

describe('settings of several servers', () => {
  it('are accepted with a store that servers share', () => {
    const config = load({ server: 'a', database, roles: 'worker,api' });
    expect([config.server, parseRoles(config.roles)]).toEqual(['a', ['api', 'worker']]);
  });

  it.each<[Flags, string]>([
    [{ server: 'a' }, 'server'],
    [{ server: 'A b', database }, 'server'],
    [{ server: 'a', database, predictionFsync: 'interval' }, 'predictionFsync'],
    [{ server: 'a', database, roles: 'api, pages' }, 'roles'],
    [{ server: 'a', database, roles: '' }, 'roles'],
    [{ roles: 'api' }, 'roles'],
    [{ server: 'a', database, roles: 'worker' }, 'publicUrl'],
  ])('refuse %j', (flags, setting) => {
    expect(() => load(flags)).toThrow(
      expect.objectContaining({ code: 'config_invalid', context: expect.objectContaining({ setting }) }),
    );
  });

  it('warn of what only works in part', () => {
    const facts = { isProcessExecutorOn: true, docker: 'unix:///var/run/docker.sock' };
    expect(listSharingWarnings(facts)).toEqual([]);
    expect(listSharingWarnings({ ...facts, server: 'a' }).map((text) => text.split(':')[0])).toEqual([
      ...['processExecutor', 'docker', 'objects'],
    ]);
  });
});
