import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore } from '../store/index.ts';
import { buildAddressKey } from './address.ts';
import { attemptsSuite } from './attempts.testing.ts';
import { createAttempts } from './attempts.ts';
import { isCommonPassword } from './common-passwords.ts';
import { createDerivations } from './derivations.ts';
import { authMigrations } from './migrations.ts';
import { createStoredAttempts } from './stored-attempts.ts';

const storeOf = async () => {
  const store = await openStore({ database: 'sqlite', folder: mkdtempSync(join(tmpdir(), 'attempts-')) });
  onTestFinished(() => store[Symbol.asyncDispose]());
  await store.migrate(authMigrations);
  return store;
};

attemptsSuite('in memory', async (clock) => createAttempts(clock));
attemptsSuite('in the store', async (clock) => createStoredAttempts(await storeOf(), clock));

it('attempts in the store count on all servers together', async () => {
  const store = await storeOf();
  const clock = { now: () => 0 };
  const servers = [createStoredAttempts(store, clock), createStoredAttempts(store, clock)];
  const guesses = Array.from({ length: 20 }, (_, guess) =>
    servers[guess % 2]?.begin({ address: 'a', account: 'ada' }).then(
      () => 'checked',
      (error: { code: string }) => error.code,
    ),
  );
  const ends = await Promise.all(guesses);
  expect(ends.filter((end) => end === 'checked')).toHaveLength(5);
  expect(new Set(ends)).toEqual(new Set(['checked', 'too_many_attempts']));
});

describe('addresses', () => {
  it.each([
    ['10.1.2.3', '10.1.2.3'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:DB8:0:0:ffff::1', '2001:db8:0:0'],
    ['2001:0db8:0001:0002:3:4:5:6', '2001:db8:1:2'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::1', '0:0:0:0'],
    ['', ''],
  ])('%s counts as %s', (address, key) => {
    expect(buildAddressKey(address)).toBe(key);
  });
});

describe('derivations', () => {
  it('run two at a time; an address with a full queue is refused', async () => {
    const inTurn = createDerivations();
    const gate = Promise.withResolvers<void>();
    let running = 0;
    let most = 0;
    const all = Array.from({ length: 35 }, () =>
      inTurn('a', async () => {
        running += 1;
        most = Math.max(most, running);
        await gate.promise;
        running -= 1;
      }),
    );
    const last = await all[34]?.catch((error: { code: string }) => error.code);
    gate.resolve();
    await Promise.all(all.slice(0, 34));
    expect([last, most, await inTurn('a', async () => 'again')]).toEqual(['too_many_attempts', 2, 'again']);
  });

  it('take turns by address', async () => {
    const inTurn = createDerivations();
    const gate = Promise.withResolvers<void>();
    const order: string[] = [];
    const one = (address: string) =>
      inTurn(address, async () => {
        order.push(address);
        await gate.promise;
      });
    const all = [...'aaaaaaaabbc'].map(one);
    gate.resolve();
    await Promise.all(all);
    expect(order.join('')).toBe('aaabcabaaaa');
  });

  it('make room for a new address by refusing the longest queue, when the whole queue is full', async () => {
    const inTurn = createDerivations();
    const gate = Promise.withResolvers<void>();
    const one = (address: string) =>
      inTurn(address, () => gate.promise).then(
        () => 'done',
        () => 'refused',
      );
    const flood = Array.from({ length: 8 * 32 + 2 }, (_, index) => one(`attacker ${index % 8}`));
    const right = one('home');
    gate.resolve();
    expect(await right).toBe('done');
    expect((await Promise.all(flood)).filter((end) => end === 'refused')).toHaveLength(1);
  });
});

describe('common passwords', () => {
  it.each([
    'password1234',
    'Password1234!',
    'p@ssw0rd2026',
    'aaaaaaaaaaaa',
    '123456789012',
    '098765432109',
    'abcdefghijkl',
    'qwertyuiopas',
    'qwerty123456',
    'abababababab',
    'Summer2026!!',
    'iloveyou1234',
    'changeme-now',
    'welcome-admin',
    'letmeinletmein',
    'ada.lovelace1',
    'AdaLovelace2026',
    '            ',
    '!!!!????....',
  ])('%s is refused', (password) => {
    expect(isCommonPassword(password, 'ada.lovelace')).toBe(true);
  });

  it.each([
    'violet anchor 52 rivers',
    'correct horse viewer staple',
    '839201746352',
    'Zk4-vPq9-Lm2x',
    'grüne Ampel am Bach',
    'пароль-не-угадаешь',
    'password of the lighthouse keeper',
  ])('%s is taken', (password) => {
    expect(isCommonPassword(password, 'ada.lovelace')).toBe(false);
  });
});
