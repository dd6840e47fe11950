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

  it.each<[Flags, string]>([
    [{ server: 'a' }, 'servers share a PostgreSQL store: set "database" to its address, or leave "server" out'],
    [{ server: 'a', database, predictionFsync: 'interval' }, 'rows that are not on the shared disk are invisible'],
    [{ roles: 'api' }, 'the only server of a data folder needs all of them; set "server"'],
    [{ server: 'a', database, roles: 'worker' }, 'work that it runs calls the API at this address'],
    [{ lastKnownSeconds: '5' }, 'a whole number of seconds from 10 to 86400'],
    [{ drainSeconds: 'soon' }, 'a whole number of seconds, at most 600'],
  ])('say of %j what to change', (flags, sentence) => {
    expect(() => load(flags)).toThrow(sentence);
  });

  it('warn of what only works in part', () => {
    const facts = { isProcessExecutorOn: true, docker: 'unix:///var/run/docker.sock' };
    expect(listSharingWarnings(facts)).toEqual([]);
    expect(listSharingWarnings({ ...facts, server: 'a' }).map((text) => text.split(':')[0])).toEqual([
      ...['processExecutor', 'docker', 'objects'],
    ]);
  });
});
