import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sent } from '../../mlops/testing/serving.ts';
import { call, catchProblem, testApplication } from '../../testing/application.ts';
import { listDecidedActs } from '../decisions/schema.ts';
import { RecommendationRoom } from '../testing/recommendations.ts';
import { computeSavingAlone } from './savings/joint-saving.ts';
import {
  applyRecommendation,
  dismissRecommendation,
  findRecommendations,
  getRecommendation,
  undoRecommendation,
} from './schema.ts';
import { toSavingPart } from './show.ts';

const NOON = Date.parse('2026-11-26T12:20:00Z');
const HOUR = 3_600_000;
const DAYS_14 = 14 * 24;

async function room(at = NOON) {
  const clock = { at, now: () => clock.at };
  const application = await testApplication({ clock });
  const made = new RecommendationRoom(application, clock);
  await made.price('0.5');
  return { application, room: made, clock, [Symbol.asyncDispose]: () => application[Symbol.asyncDispose]() };
}

const quiet = { hours: DAYS_14, requests: () => 0 };
const briefly = { hours: 48, requests: () => 0 };
const apply = { isDryRun: false } as const;

describe('an endpoint that nobody asks', () => {
  it('is found, scaled to zero when somebody says so, and has saved what was said', async () => {
    await using all = await room();
    const { application, clock } = all;
    await all.room.endpoint('home');
    await all.room.past('home', quiet);

    const one = await all.room.onlyOne();
    expect(one).toMatchObject({
      ...{ kind: 'scale_to_zero', state: 'open', title: 'Scale home to zero without requests' },
      before: '1 replica at least, all the time',
      saving: {
        monthly: { amount: '365', currency: 'USD' },
        lower: { amount: '286.785714', currency: 'USD' },
        upper: { amount: '365', currency: 'USD' },
        cost: { amount: '365', currency: 'USD' },
      },
      confidence: { level: 'high', coverageRatio: 1, days: 14 },
      risk: { level: 'low' },
      action: { type: 'endpoint_replicas', from: { min: 1, max: 1 }, to: { min: 0, max: 1 } },
    });
    const params = { recommendation: one.recommendation };
    const detail = await call(application, getRecommendation, { params });
    expect(detail.evidence.prices).toEqual(['machine at $0.50 an hour: a list (own@1)']);

    const dry = await call(application, applyRecommendation, { params, body: {} });
    expect(dry).toMatchObject({ isDryRun: true, money: '$365 less a month ($286.79 to $365) of $365.' });
    expect(dry.changes[0]).toBe('endpoint home, variant main: replicas.min 1 -> 0, replicas.max 1 -> 1');
    expect(dry.manifest).toContain('min: 0');
    expect((await all.room.shown('home')).newest.revision).toBe(1);

    const done = await call(application, applyRecommendation, { params, body: { ...apply, reason: 'nobody uses it' } });
    expect(done.recommendation).toMatchObject({ state: 'applied', applied: { by: 'local', reason: 'nobody uses it' } });
    const { acts } = await call(application, listDecidedActs, { query: { about: one.recommendation } });
    expect(acts).toMatchObject([{ act: 'applied', decision: done.recommendation.applied?.decision, actor: 'local' }]);
    // The saving can be recomputed from the ledger alone.
    const kept = acts[0]?.evidence.evidence as typeof detail.evidence;
    expect(computeSavingAlone(toSavingPart({ ...detail, evidence: kept }))).toEqual(detail.saving);

    await all.room.untilReady('home', 0);
    expect((await all.room.shown('home')).newest.cause).toContain('Scale home to zero without requests, by local');
    expect((await all.room.found()).recommendations).toEqual([]);

    clock.at = NOON + 5 * 24 * HOUR + 2 * HOUR;
    await all.room.past('home', { hours: 5 * 24, requests: () => 0, replicas: 0 });
    await application.jobs.drain();
    const { realised } = await call(application, getRecommendation, { params });
    expect(realised).toMatchObject({
      ...{ hours: 120, isWithin: true, isFinal: false, reason: null },
      monthly: { amount: '365', currency: 'USD' },
      lower: { amount: '365', currency: 'USD' },
      stated: { amount: '365', currency: 'USD' },
    });
    // The next request finds none, waits for one to start, and is answered.
    const answer = await sent(application, 'POST', '/serve/home/invocations', { inputs: { x: [[1, 2]] } });
    expect(answer.statusCode).toBe(200);
  });

  it('is applied once, however many ask at the same time, and can be taken back', async () => {
    await using all = await room();
    const { application } = all;
    await all.room.endpoint('home', { replicas: { min: 1, max: 3 } });
    await all.room.past('home', quiet);
    const params = { recommendation: (await all.room.onlyOne()).recommendation };
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, () => call(application, applyRecommendation, { params, body: apply })),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await all.room.shown('home')).newest.revision).toBe(2);
    expect(await catchProblem(call(application, applyRecommendation, { params, body: apply }))).toMatchObject({
      code: 'recommendation_not_open',
    });
    await all.room.untilReady('home', 0);
    const back = await call(application, undoRecommendation, { params, body: { reason: 'a launch' } });
    expect(back).toMatchObject({ state: 'undone', undone: { reason: 'a launch' } });
    await all.room.untilReady('home', 1);
    expect(await catchProblem(call(application, undoRecommendation, { params, body: {} }))).toMatchObject({
      code: 'recommendation_not_undoable',
    });
  });
});

describe('a recommendation', () => {
  let all: Awaited<ReturnType<typeof room>>;
  beforeAll(async () => {
    all = await room();
  });
  afterAll(() => all?.[Symbol.asyncDispose]());
  const get = (recommendation: string) => call(all.application, getRecommendation, { params: { recommendation } });
  const openOf = async (endpoint: string) =>
    (await all.room.found()).recommendations.filter(({ subject }) => subject.endpoint === endpoint);
  /** An endpoint without requests, and its recommendation. */
  async function quietEndpoint(endpoint: string, past = briefly) {
    await all.room.endpoint(endpoint);
    await all.room.past(endpoint, past);
    const [one] = await openOf(endpoint);
    if (one === undefined) throw new Error(`nothing is advised for ${endpoint}`);
    return { recommendation: one.recommendation };
  }

  it('is not carried out where its endpoint has changed since', async () => {
    const params = await quietEndpoint('changed');
    await all.room.endpoint('changed', { replicas: { min: 2 } });
    const problem = await catchProblem(call(all.application, applyRecommendation, { params, body: apply }));
    expect(problem).toMatchObject({ code: 'recommendation_outdated' });
    expect(problem.detail).toContain('now has 2 to 2 replicas, not 1 to 1');
    expect(await get(params.recommendation)).toMatchObject({ state: 'open' });
  });

  it('is the same at every look, and said anew when its price changes', async () => {
    const { recommendation } = await quietEndpoint('priced', quiet);
    await Promise.all([1, 2, 3].map(() => call(all.application, findRecommendations, { body: {} })));
    expect(await openOf('priced')).toMatchObject([{ recommendation }]);
    await all.room.price('1');
    expect(await openOf('priced')).toMatchObject([{ recommendation, saving: { monthly: { amount: '730' } } }]);
    expect((await get(recommendation)).timeline).toMatchObject([
      { step: 'found' },
      { step: 'restated', text: 'A price has changed: the saving is $730 a month, before $365.' },
    ]);
  });

  it('is superseded where what was measured asks for something else', async () => {
    const { recommendation } = await quietEndpoint('grown');
    await all.room.endpoint('grown', { replicas: { min: 2 } });
    const [other] = await openOf('grown');
    expect(other).toMatchObject({ action: { from: { min: 2 } } });
    expect(await get(recommendation)).toMatchObject({ state: 'superseded', supersededBy: other?.recommendation });
  });

  it('lapses when somebody asks again', async () => {
    const { recommendation } = await quietEndpoint('busy');
    await all.room.past('busy', { hours: 48, requests: () => 5 });
    expect(await openOf('busy')).toEqual([]);
    expect(await get(recommendation)).toMatchObject({ state: 'lapsed' });
  });

  it('is none where too little was measured', async () => {
    await all.room.endpoint('new');
    await all.room.past('new', { hours: 20, requests: () => 0 });
    expect(await openOf('new')).toEqual([]);
  });

  it('has no saving without a price, and is in no total', async () => {
    await all.room.endpoint('unpriced', { resources: { instance: 'unheard-of' } });
    await all.room.past('unpriced', { ...briefly, resource: 'unheard-of' });
    expect(await openOf('unpriced')).toMatchObject([
      { saving: { monthly: null, reason: 'no price for "unheard-of": add it to your price book' } },
    ]);
    const { totals, unknownSavings, recommendations } = await all.room.found();
    expect([unknownSavings, totals[0]?.recommendations]).toEqual([1, recommendations.length - 1]);
  });

  it('that is not wanted is not found again until then, and can be opened again', async () => {
    const { application, clock } = all;
    const params = await quietEndpoint('dismissed');
    const until = new Date(NOON + 30 * HOUR).toISOString();
    const body = { reason: 'a launch on Friday', until };
    expect(await call(application, dismissRecommendation, { params, body })).toMatchObject({
      ...{ state: 'dismissed', dismissed: { reason: 'a launch on Friday', until } },
    });
    expect(await openOf('dismissed')).toEqual([]);
    expect(await call(application, undoRecommendation, { params, body: {} })).toMatchObject({ state: 'open' });
    await call(application, dismissRecommendation, { params, body });
    clock.at += 31 * HOUR;
    await all.room.past('dismissed', briefly);
    const [again] = await openOf('dismissed');
    expect(again?.recommendation).toMatch(/^rec_/);
    expect(again?.recommendation).not.toBe(params.recommendation);
  });
});

it('advises fewer replicas for demand that fewer bear, and counts no hour twice', async () => {
  await using all = await room();
  await all.room.endpoint('search', { replicas: { min: 4 } });
  // Every second hour is quiet; in the others 120 answers of 1 s a minute are 2 places in use, a quarter of a replica.
  const requests = (hour: number) => (hour % 2 === 0 ? 0 : 7200);
  await all.room.past('search', { hours: 120, requests, replicas: 4, latencyMs: 1000, hoursOfMinutes: 4 });
  const list = await all.room.found();
  expect(list.recommendations).toMatchObject([
    { kind: 'replica_count', title: 'Keep 1 replica of search instead of 4', saving: { monthly: { amount: '1095' } } },
    { kind: 'scale_to_zero', risk: { level: 'medium' }, confidence: { level: 'medium', days: 5 } },
  ]);
  const [total] = list.totals;
  const alone = list.recommendations.map(({ saving }) => Number(saving.monthly?.amount));
  // 3 of 4 replicas all the time, and of the one that is left what falls into quiet hours.
  expect(Number(total?.sumOfAlone.amount)).toBeCloseTo((alone[0] ?? 0) + (alone[1] ?? 0), 5);
  expect(Number(total?.saving.monthly?.amount)).toBeCloseTo((alone[0] ?? 0) + (alone[1] ?? 0) / 4, 5);
  expect(total?.saving.cost).toEqual({ amount: '1460', currency: 'USD' });
});
