import { expect, it } from 'vitest';
import { createApplication } from '../../main.ts';
import { countMetered, sent, settled } from '../../mlops/testing/serving.ts';
import { decimal } from '../../platform/units/index.ts';
import { call, testApplication } from '../../testing/application.ts';
import { getOptimization, proposeOptimization, resumeOptimization, stopOptimization } from '../optimizations/schema.ts';
import { RecommendationRoom } from '../testing/recommendations.ts';
import { applyRecommendation, getRecommendation } from './schema.ts';

const DAY = '2026-11-26';
const MONTH_HOURS = 730;

const PRICES = `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec:
  currency: USD
  source: a list
  prices:
    - {resource: machine, perHour: '0.5', effectiveFrom: 2026-01-01}
    - {resource: small, perHour: '0.1', effectiveFrom: 2026-01-01}
`;

it('books each hour once: of a recommendation, of two optimizations in sequence, and of one that is started again', async () => {
  const clock = { at: Date.parse(`${DAY}T12:20:00Z`), now: () => clock.at };
  const first = await testApplication({ clock });
  const room = new RecommendationRoom(first, clock);
  const toInstant = (time: string, day = DAY) => {
    clock.at = Date.parse(`${day}T${time}:00Z`);
  };
  await room.apply(PRICES);
  await room.endpoint('search', { replicas: { min: 4 } }, { keepPrevious: '1s' });
  await room.past('search', { hours: 240, requests: () => 60, replicas: 4, hoursOfMinutes: 24 });
  const { recommendation } = await room.onlyOne();
  const params = { recommendation };
  await call(first, applyRecommendation, { params, body: { isDryRun: false } });
  await room.untilReady('search', 1);
  /** The end of a replica that is noted after a jump of the clock would be metered with the jump. */
  const untilOneIsLeft = () => expect.poll(() => countMetered(first, clock.at)).toBe(1);
  await untilOneIsLeft();

  const look = async () => {
    await first.jobs.enqueue(first.store, { kind: 'optimizations.look', payload: null });
    await first.jobs.drain();
    await settled(first, 'search');
  };
  const serve = async () => {
    const answer = await sent(first, 'POST', '/serve/search/invocations', { inputs: { x: [[1, 2]] } });
    expect(answer.statusCode).toBe(200);
  };
  const spec = {
    ...{ endpoint: 'search', change: { resources: { instance: 'small' } }, compare: 'arms' },
    ramp: { percents: [90], for: '30d' },
    deadline: '60d',
  };
  const propose = (optimization: string) =>
    call(first, proposeOptimization, { body: { optimization, spec: spec as never } });
  /** Runs from now until then. */
  const runUntil = async (optimization: string, time: string) => {
    await look();
    for (let count = 0; count < 20; count += 1) await serve();
    toInstant(time);
    await call(first, stopOptimization, { params: { optimization }, body: {} });
    await look();
    await untilOneIsLeft();
  };
  toInstant('14:10');
  await propose('one');
  await runUntil('one', '17:30');
  toInstant('17:40');
  await propose('two');
  await runUntil('two', '20:10');
  toInstant('20:20');
  await call(first, resumeOptimization, { params: { optimization: 'one' }, body: {} });
  await runUntil('one', '22:30');
  toInstant('01:30', '2026-11-27');
  await room.past('search', { hours: 12, requests: () => 60, isMetered: false });
  // The end of the server records the usage.
  await first[Symbol.asyncDispose]();
  await using next = await createApplication(first.config, { clock });
  await next.jobs.drain();

  const savingOf = async (optimization: string) =>
    (await call(next, getOptimization, { params: { optimization } })).saving;
  const [one, two] = [await savingOf('one'), await savingOf('two')];
  const { realised } = await call(next, getRecommendation, { params });
  // One replica of 0.50 USD would have been needed, and one of 0.10 USD ran too: 15, 16 and 21 h, and 18 and 19 h.
  expect(one).toMatchObject({ hours: 3, saved: { amount: '-0.3' }, paid: { amount: '1.8' } });
  expect(two).toMatchObject({ hours: 2, saved: { amount: '-0.2' }, paid: { amount: '1.2' } });
  // Three of four replicas of 0.50 USD in the hours without an optimization: 13, 23 and 0 h.
  expect(realised).toMatchObject({ hours: 3, monthly: { amount: '1095', currency: 'USD' }, reason: null });
  const realisedUsd = decimal(realised?.monthly?.amount ?? 0)
    .times(3)
    .dividedBy(MONTH_HOURS);
  const booked = realisedUsd.plus(one.saved?.amount ?? 0).plus(two.saved?.amount ?? 0);
  // Usage difference x price: 3 h x 3 x 0.50, less 5 h x 1 x 0.10.
  expect(booked.toNumber()).toBeCloseTo(3 * 3 * 0.5 - 5 * 0.1, 6);
}, 60_000);
