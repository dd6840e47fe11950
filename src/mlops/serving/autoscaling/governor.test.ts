import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createLog } from '../../../platform/telemetry/index.ts';
import { MINUTE_MS } from '../../../platform/units/durations.ts';
import { ScalingSpec } from '../../endpoint-spec/scaling/schema.ts';
import type { Backend } from '../../replicas/backends/backend.ts';
import { UNKNOWN_SPEC } from '../../replicas/backends/specs.ts';
import type { Place } from '../../replicas/places.ts';
import { createReplicaSet, type ReplicaSet } from '../../replicas/set.ts';
import { createGovernor, type ReplicaDecision } from './governor.ts';
import type { ScalingRule } from './policy.ts';

const opened: ReplicaSet[] = [];
afterEach(async () => {
  for (const set of opened.splice(0)) await set.close('now');
});

/** Replicas that are ready when the clock says that their cold start is over. */
function newBackend(clock: { at: number }, coldStartMs: number, starts: { count: number }): Backend {
  const readyAt = new Map<string, number>();
  return {
    protocol: 'v2',
    modelName: 'm',
    start: async (id) => {
      starts.count += 1;
      readyAt.set(id, clock.at + coldStartMs);
      const ended = Promise.withResolvers<{ detail: string }>();
      const stop = async () => ended.resolve({ detail: 'its end was requested' });
      return { address: { socketPath: id }, ended: ended.promise, stop };
    },
    isReady: async (address) => clock.at >= (readyAt.get('socketPath' in address ? address.socketPath : '') ?? 0),
    spec: async () => UNKNOWN_SPEC,
    warmUp: async () => undefined,
  };
}

function governed(rule: Partial<ScalingRule>, { replicas = 0, coldStartMs = 0, concurrency = 8 } = {}) {
  const clock = { at: 1_000_000, now: () => clock.at };
  const starts = { count: 0 };
  const decisions: ReplicaDecision[] = [];
  const set = createReplicaSet({
    backend: newBackend(clock, coldStartMs, starts),
    limits: { concurrency, queue: 10, timeoutMs: 30_000, startTimeoutMs: 300_000 },
    clock,
    log: createLog('silent'),
    metered: () => ({
      held: { resource: 'machine', quantity: '1' },
      predicted: () => undefined,
      end: () => undefined,
    }),
  });
  opened.push(set);
  set.scale(replicas);
  const governor = createGovernor({
    set,
    rule: { ...ScalingSpec.parse({}), min: 0, max: 5, ...rule },
    concurrency,
    startTimeoutMs: 300_000,
    clock,
    decided: (decision) => void decisions.push(decision),
  });
  const pass = (ms: number) => {
    for (let left = ms; left > 0; left -= 500) {
      clock.at += Math.min(left, 500);
      governor.tick();
    }
  };
  const ready = (count: number) => expect.poll(() => set.state().ready, { timeout: 30_000 }).toBe(count);
  return { clock, starts, decisions, set, governor, pass, ready };
}

describe('replicas', () => {
  it('go to zero when nobody has asked for long enough, and not before', async () => {
    const { set, decisions, pass, ready } = governed({ policy: 'fixed', idleAfter: 2 * MINUTE_MS }, { replicas: 1 });
    await ready(1);
    (await set.places.take()).leave('answered');
    pass(2 * MINUTE_MS - 5_000);
    expect(set.state().wanted).toBe(1);
    pass(10_000);
    expect(set.state().wanted).toBe(0);
    expect(decisions).toEqual([{ from: 1, to: 0, reason: 'no request for 120 s', limitedBy: null }]);
  });

  it('come back by one start for all who wait, however long it takes and however many they are', async () => {
    const { clock, starts, set, decisions, pass, ready } = governed({ policy: 'slo' }, { coldStartMs: 180_000 });
    const waiting = Promise.all(
      Array.from({ length: 200 }, () => set.places.take().then((place) => place.leave('answered'))),
    );
    pass(179_000);
    expect([starts.count, set.places.counts().waiting]).toEqual([1, 200]);
    clock.at += 1_000;
    await ready(1);
    await waiting;
    expect([starts.count, set.places.counts()]).toEqual([
      1,
      { answered: 200, refused: 0, lost: 0, inFlight: 0, waiting: 0 },
    ]);
    expect(decisions).toEqual([{ from: 0, to: 1, reason: 'a request arrived without any replica', limitedBy: null }]);
  });

  it('hold no more requests than they may, and refuse the rest with when to come again', async () => {
    const { set } = governed({ hold: { requests: 3 } });
    const held = [1, 2, 3].map(() => set.places.take());
    await expect(set.places.take()).rejects.toMatchObject({ kind: 'busy' });
    await Promise.all(held.map(async (one) => (await one).leave('answered')));
  });

  it.each(['slo', 'kpa', 'hpa'] as const)('follow demand up and down by %s', async (policy) => {
    const { clock, set, decisions, governor, pass, ready } = governed(
      { policy, min: 1 },
      { replicas: 1, concurrency: 1 },
    );
    await ready(1);
    const taken: { place: Place; since: number }[] = [];
    // Two requests a second, of two seconds each.
    for (let look = 0; look < 80; look += 1) {
      set.places.take().then(
        (place) => void taken.push({ place, since: clock.at }),
        () => undefined,
      );
      await setImmediate();
      for (const { place, since } of taken) if (clock.at - since >= 2_000) place.leave('answered');
      clock.at += 500;
      governor.tick();
    }
    expect(set.state().wanted).toBe(5);
    while (set.places.counts().inFlight > 0) {
      for (const { place } of taken) place.leave('answered');
      await setImmediate();
    }
    pass(4 * 3_600_000);
    expect(set.state().wanted).toBe(1);
    expect(decisions.every(({ reason }) => reason !== '')).toBe(true);
  });

  it('that are too many end when what they had is answered', async () => {
    const { set, governor, ready } = governed({ policy: 'fixed', min: 1, max: 2 }, { replicas: 2, concurrency: 1 });
    await ready(2);
    const places = [await set.places.take(), await set.places.take()];
    governor.limit(null);
    set.scale(1);
    expect(set.state()).toMatchObject({ wanted: 1, ready: 1 });
    const next = set.places.take();
    expect(set.places.counts()).toMatchObject({ inFlight: 2, waiting: 1 });
    const [leaving, staying] = places[0]?.replica.inFlight === 1 ? places : places.toReversed();
    leaving?.leave('answered');
    staying?.leave('answered');
    (await next).leave('answered');
    expect(set.places.counts()).toMatchObject({ answered: 3, lost: 0 });
  });

  it('fall to the least when the budget is spent, say so, and come back with money', async () => {
    const { set, governor, decisions, pass, ready } = governed(
      { policy: 'hpa', min: 1 },
      { replicas: 1, concurrency: 1 },
    );
    await ready(1);
    const waiting = Array.from({ length: 8 }, () => set.places.take());
    pass(15_000);
    expect(set.state().wanted).toBe(5);
    governor.limit({ budget: 'b', why: 'nothing is left of budget "b"' });
    pass(500);
    expect([set.state().wanted, governor.state().limitedBy]).toEqual([1, 'b']);
    expect(decisions.at(-1)).toEqual({ from: 5, to: 1, reason: 'nothing is left of budget "b"', limitedBy: 'b' });
    pass(60_000);
    expect(set.state().wanted).toBe(1);
    governor.limit(null);
    pass(15_000);
    expect(set.state().wanted).toBe(5);
    for (const place of waiting) (await place).leave('answered');
  });

  it('do not start from zero when the budget is spent: who asks is told', async () => {
    const { set, starts, governor } = governed({});
    governor.limit({ budget: 'b', why: 'nothing is left of budget "b"' });
    await expect(set.places.take()).rejects.toMatchObject({ kind: 'unavailable', retryAfterSeconds: 60 });
    expect(starts.count).toBe(0);
  });

  it('are as many at least as traffic that is about to come needs', async () => {
    const { set, governor, pass } = governed({ policy: 'kpa' }, { replicas: 1 });
    governor.expect(3);
    pass(500);
    expect(set.state().wanted).toBe(3);
    governor.expect(0);
    pass(10 * MINUTE_MS);
    expect(set.state().wanted).toBe(0);
  });

  it('stay as many as they are while the budget cannot be read', async () => {
    const { set, governor, pass } = governed({ policy: 'kpa' }, { replicas: 1 });
    governor.expect(3);
    pass(500);
    const why = 'budget "b" cannot be read';
    governor.limit({ budget: 'b', why, isUnread: true });
    governor.expect(5);
    pass(500);
    expect([set.state().wanted, governor.state().reason]).toEqual([3, why]);
    governor.limit(null);
    pass(500);
    expect(set.state().wanted).toBe(5);
  });

  it('are held for twice the cold start that was measured, at least', async () => {
    const { clock, governor, set, pass } = governed(
      { hold: { requests: 1, timeout: 1 }, coldStart: 20 },
      { coldStartMs: 90_000 },
    );
    expect(governor.state()).toMatchObject({ coldStartMs: 20, coldStartMeasured: false });
    await expect(set.places.take()).rejects.toMatchObject({ kind: 'unavailable' });
    clock.at += 90_000;
    await expect.poll(() => governor.state()).toMatchObject({ coldStartMs: 90_000, coldStartMeasured: true });
    pass(10 * MINUTE_MS);
    expect(set.state().wanted).toBe(0);
    const held = set.places.take();
    clock.at += 90_000;
    (await held).leave('answered');
  });
});
