import { describe, expect, it } from 'vitest';
import { createAgent } from './backends/exchange.ts';
import { createBreaker } from './breaker.ts';
import { Places } from './places.ts';
import type { Replica } from './replica.ts';

const LIMITS = { concurrency: 2, queue: 2, timeoutMs: 60_000 };

function newReplica(id: string): Replica {
  const stop = async () => undefined;
  const ended = new Promise<never>(() => undefined);
  return {
    id,
    address: { socketPath: '/nowhere' },
    ended,
    stop,
    agent: createAgent(),
    breaker: createBreaker(),
    inFlight: 0,
  };
}

function newPlaces(replicas: number, limits: Partial<typeof LIMITS> = {}) {
  const clock = { at: 1_000, now: () => clock.at };
  const hung: string[] = [];
  const predictions = { count: 0 };
  const places = new Places({
    limits: { ...LIMITS, ...limits },
    clock,
    hung: async ({ id }) => void hung.push(id),
  });
  const meter = {
    held: { resource: 'machine', quantity: '1' },
    predicted() {
      predictions.count += 1;
    },
    end: () => undefined,
  };
  for (let at = 0; at < replicas; at += 1) places.add(newReplica(`r${at}`), meter);
  return { places, clock, hung, predictions, meter };
}

describe('places', () => {
  it('are given in the least busy replica, and back to who waits first', async () => {
    const { places } = newPlaces(2);
    const taken = await Promise.all([1, 2, 3, 4].map(() => places.take()));
    expect(taken.map(({ replica }) => replica.id)).toEqual(['r0', 'r1', 'r0', 'r1']);
    const order: string[] = [];
    const first = places.take().then(() => order.push('first'));
    const second = places.take().then(() => order.push('second'));
    expect(places.counts()).toMatchObject({ inFlight: 4, waiting: 2 });
    taken[0]?.leave('answered');
    await first;
    taken[1]?.leave('answered');
    await second;
    expect(order).toEqual(['first', 'second']);
  });

  it('report the part of the busy time that each request had, with the resource of the replica', async () => {
    const { places } = newPlaces(1);
    const begunMs = performance.now();
    const [one, other] = [await places.take(), await places.take()];
    expect(one.used()).toBeNull();
    const sharedMs = performance.now();
    while (performance.now() < sharedMs + 5);
    one.leave('answered');
    other.leave('refused');
    const [oneMs, otherMs] = [one, other].map((place) => place.used()?.busyMs ?? 0) as [number, number];
    expect(oneMs).toBeGreaterThan(2);
    expect(otherMs).toBeGreaterThan(2);
    // Both together have no more than the time that passed.
    expect(oneMs + otherMs).toBeLessThanOrEqual(performance.now() - begunMs);
    expect(one.used()?.held).toEqual({ resource: 'machine', quantity: '1' });
  });

  it('are refused with a time when the line is full', async () => {
    const { places, clock } = newPlaces(1, { concurrency: 1, queue: 1 });
    const one = await places.take();
    clock.at += 50_000;
    one.leave('answered');
    await places.take();
    places.take().catch(() => undefined); // waits in vain for a minute, perhaps beyond this test
    // One request waits, and requests take 5 s on average so far.
    await expect(places.take()).rejects.toMatchObject({ kind: 'busy', retryAfterSeconds: 5 });
  });

  it('report how long each request waited, and which were refused or left first', async () => {
    const { places, clock } = newPlaces(1, { concurrency: 1, queue: 2 });
    const waits: (number | null)[] = [];
    const watch = { arrived: () => undefined, held: () => undefined, ended: () => undefined };
    places.govern(null, { ...watch, waited: (waitedMs) => void waits.push(waitedMs) });
    const first = await places.take();
    const second = places.take();
    const leaving = new AbortController();
    const third = places.take(undefined, leaving.signal);
    await expect(places.take()).rejects.toMatchObject({ kind: 'busy' });
    clock.at += 700;
    leaving.abort();
    await expect(third).rejects.toThrow();
    clock.at += 800;
    first.leave('answered');
    await second;
    expect(waits).toEqual([0, null, 700, 1500]);
  });

  it('that are left twice are given back once, and answers are counted', async () => {
    const { places, predictions } = newPlaces(1);
    const place = await places.take();
    place.leave('answered');
    place.leave('lost');
    expect(places.counts()).toEqual({ answered: 1, refused: 0, lost: 0, inFlight: 0, waiting: 0 });
    expect(predictions.count).toBe(1);
  });

  it('are held until a replica is ready', async () => {
    const { places, meter } = newPlaces(0);
    const held = places.take();
    expect(places.counts().waiting).toBe(1);
    places.add(newReplica('late'), meter);
    expect((await held).replica.id).toBe('late');
  });

  it('are drained when the last is left', async () => {
    const { places } = newPlaces(1, { concurrency: 1 });
    const place = await places.take();
    const waiting = places.take();
    let isDrained = false;
    const drained = places.drained().then(() => {
      isDrained = true;
    });
    place.leave('answered');
    const second = await waiting;
    expect(isDrained).toBe(false);
    second.leave('answered');
    await drained;
  });
});

describe('a replica that does not answer', () => {
  it('is left alone after five failures in a row, then tried by one, for twice as long each time', async () => {
    const { places, clock } = newPlaces(1);
    const fail = async () => (await places.take()).leave('lost');
    for (let count = 0; count < 5; count += 1) await fail();
    await expect(places.take()).rejects.toMatchObject({ kind: 'unavailable', retryAfterSeconds: 1 });
    clock.at += 1_000;
    await fail();
    clock.at += 1_999;
    await expect(places.take()).rejects.toMatchObject({ kind: 'unavailable' });
    clock.at += 1;
    const trial = await places.take();
    const waiting = places.take();
    expect(places.counts()).toMatchObject({ inFlight: 1, waiting: 1 });
    trial.leave('answered');
    await waiting;
    expect(places.counts()).toMatchObject({ answered: 1, lost: 6 });
  });

  it('is not left alone for what it refuses', async () => {
    const { places } = newPlaces(1);
    for (let count = 0; count < 20; count += 1) (await places.take()).leave('refused');
    expect((await places.take()).replica.id).toBe('r0');
  });

  it('gets no requests while another does', async () => {
    const { places } = newPlaces(2);
    for (let count = 0; count < 10; count += 1) {
      const place = await places.take();
      place.leave(place.replica.id === 'r0' ? 'lost' : 'answered');
    }
    expect((await places.take()).replica.id).toBe('r1');
  });

  it('is looked after when it took too long', async () => {
    const { places, hung } = newPlaces(1);
    (await places.take()).leave('late');
    expect(hung).toEqual(['r0']);
  });
});
