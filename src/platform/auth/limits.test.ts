import { describe, expect, it } from 'vitest';
import { buildAddressKey } from './address.ts';
import { computeDelay, createAttempts } from './attempts.ts';
import { isCommonPassword } from './common-passwords.ts';
import { createDerivations } from './derivations.ts';

describe('attempts', () => {
  const start = () => {
    const time = { now: 0 };
    const attempts = createAttempts({ now: () => time.now });
    const begin = (address: string, account = 'ada') => {
      try {
        return { attempt: attempts.begin({ address, account }), waitSeconds: 0 };
      } catch (error) {
        const { retryAfterSeconds } = (error as { context: { retryAfterSeconds: number } }).context;
        return { attempt: null, waitSeconds: retryAfterSeconds };
      }
    };
    return { time, begin };
  };

  it('wait twice as long each time after five, at most five minutes, and are forgotten', () => {
    const { time, begin } = start();
    const waits = Array.from({ length: 16 }, () => {
      expect(begin('a').attempt).not.toBeNull();
      const { attempt, waitSeconds } = begin('a');
      attempt?.withdraw();
      time.now += waitSeconds * 1000;
      return waitSeconds;
    });
    expect(waits).toEqual([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
    time.now += 16 * 60_000;
    expect([begin('a').waitSeconds, begin('a').waitSeconds]).toEqual([0, 0]);
  });

  it('count from their start, so that five at once are all there are', () => {
    const { time, begin } = start();
    const admitted = () =>
      Array.from({ length: 60 }, () => begin('a')).filter(({ attempt }) => attempt !== null).length;
    expect(admitted()).toBe(5);
    time.now += 1000;
    expect(admitted()).toBe(1);
  });

  it('are forgotten by a right password, and taken back when nothing was checked', () => {
    const { begin } = start();
    for (let guess = 0; guess < 4; guess += 1) begin('a');
    begin('a').attempt?.withdraw();
    begin('a').attempt?.succeed();
    expect(Array.from({ length: 6 }, () => begin('a').waitSeconds)).toEqual([0, 0, 0, 0, 0, 1]);
  });

  it('of others delay an account, and lock nobody out', () => {
    const { time, begin } = start();
    begin('home').attempt?.succeed();
    const delays = Array.from({ length: 18 }, (_, index) => begin(`attacker ${index}`).attempt?.delayMs);
    expect(delays).toEqual([...Array(10).fill(0), 250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
    expect(begin('elsewhere').attempt?.delayMs).toBe(5000);
    expect(begin('home').attempt?.delayMs).toBe(0);
    expect(begin('attacker 1', 'another').attempt?.delayMs).toBe(0);
    time.now += 16 * 60_000;
    expect(begin('elsewhere').attempt?.delayMs).toBe(0);
  });

  it('under many names delay their address', () => {
    const { begin } = start();
    const delays = Array.from({ length: 23 }, (_, index) => begin('a', `name ${index}`).attempt?.delayMs);
    expect(delays).toEqual([...Array(20).fill(0), 250, 500, 1000]);
    expect(computeDelay(1_000_000, 20)).toBe(5000);
  });
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
