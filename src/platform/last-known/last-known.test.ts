import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/index.ts';
import { createLastKnown } from './index.ts';

const MAX_AGE_MS = 60_000;
const AWAY = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

function newBench(patienceMs?: number) {
  const time = { now: 0 };
  const known = createLastKnown<string | null>({
    clock: { now: () => time.now },
    maxAgeMs: MAX_AGE_MS,
    ...(patienceMs === undefined ? {} : { patienceMs }),
  });
  return { time, known };
}

describe('what was last read from the store', () => {
  it('is used while the store does not respond, up to its age, and no longer', async () => {
    const { time, known } = newBench();
    const away = () => Promise.reject(AWAY);
    expect(await known.read('a', async () => 'first')).toBe('first');
    time.now = MAX_AGE_MS;
    expect(await known.read('a', away)).toBe('first');
    time.now += 1;
    await expect(known.read('a', away)).rejects.toMatchObject({ code: 'last_known_too_old' });
    await expect(known.read('b', away)).rejects.toMatchObject({ code: 'store_unreachable' });
    time.now += 1_000;
    expect(await known.read('a', async () => 'second')).toBe('second');
  });

  it('is not used for an answer of the store, be it none or a refusal', async () => {
    const { time, known } = newBench();
    await known.read('a', async () => 'first');
    expect(await known.read('a', async () => null)).toBeNull();
    await expect(known.read('a', () => Promise.reject(AWAY))).rejects.toMatchObject({ code: 'store_unreachable' });
    time.now += 1_000;
    await known.read('b', async () => 'first');
    const refusal = new AppError('not_visible', 'not yours');
    await expect(known.read('b', () => Promise.reject(refusal))).rejects.toBe(refusal);
    await expect(known.read('b', () => Promise.reject(AWAY))).rejects.toMatchObject({ code: 'store_unreachable' });
  });

  it('is not asked for again within a second of a failure, so that no request waits for the store', async () => {
    const { time, known } = newBench();
    await known.read('a', async () => 'first');
    let asked = 0;
    const away = () => {
      asked += 1;
      return Promise.reject(AWAY);
    };
    for (let count = 0; count < 10; count += 1) expect(await known.read('a', away)).toBe('first');
    expect(asked).toBe(1);
    time.now += 1_000;
    await known.read('a', away);
    expect(asked).toBe(2);
  });

  it('is used when the store takes too long, once for all that ask meanwhile', async () => {
    const { known } = newBench(5);
    await known.read('a', async () => 'first');
    const slow = Promise.withResolvers<string>();
    expect(await known.read('a', () => slow.promise)).toBe('first');
    expect(await known.read('a', () => Promise.reject(new Error('not asked')))).toBe('first');
    slow.resolve('second');
    await slow.promise;
    expect(await known.read('a', async () => 'third')).toBe('third');
  });

  it('is forgotten at a change, also what is being read', async () => {
    const { known } = newBench();
    const reading = Promise.withResolvers<string>();
    const read = known.read('a', () => reading.promise);
    known.forget();
    reading.resolve('before the change');
    await read;
    await expect(known.read('a', () => Promise.reject(AWAY))).rejects.toMatchObject({ code: 'store_unreachable' });
  });
});
