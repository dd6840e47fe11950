import { afterAll, beforeAll, expect, it } from 'vitest';
import { call, catchProblem, testApplication } from '../../testing/application.ts';
import { listDecidedActs } from '../decisions/schema.ts';
import { getOptimization } from '../optimizations/schema.ts';
import { RecommendationRoom } from '../testing/recommendations.ts';
import { getRecommendation, tryRecommendation } from './schema.ts';

const NOON = Date.parse('2026-11-26T12:20:00Z');
const clock = { at: NOON, now: () => clock.at };
let application: Awaited<ReturnType<typeof testApplication>>;
let room: RecommendationRoom;

beforeAll(async () => {
  application = await testApplication({ clock });
  room = new RecommendationRoom(application, clock);
  await room.price('0.5');
});
afterAll(() => application?.[Symbol.asyncDispose]());

async function findOf(endpoint: string, kind: string) {
  const { recommendations } = await room.found();
  const one = recommendations.find((each) => each.subject.endpoint === endpoint && each.kind === kind);
  if (one === undefined) throw new Error(`no ${kind} for ${endpoint}`);
  return { recommendation: one.recommendation };
}

it('proposes fewer replicas as an optimization once, with links both ways and a recorded decision', async () => {
  await room.endpoint('search', { replicas: { min: 3 } });
  await room.past('search', { hours: 240, requests: () => 60, replicas: 3, hoursOfMinutes: 24 });
  const params = await findOf('search', 'replica_count');
  const name = params.recommendation.replace('rec_', 'try-');
  const before = await call(application, getRecommendation, { params });
  expect(before.optimization).toMatchObject({
    ...{ optimization: name, reason: null, state: null },
    spec: {
      endpoint: 'search',
      variant: 'main',
      change: { replicas: { min: 1, max: 3 } },
      quality: [],
      compare: 'arms',
      ramp: { percents: [1, 5, 10, 25, 50, 90] },
      watch: { for: 7 * 86_400_000 },
    },
  });
  const tried = await call(application, tryRecommendation, { params, body: { reason: 'it is quiet' } });
  expect(tried).toMatchObject({ state: 'open', optimization: { state: 'proposed' } });
  expect(tried.timeline.at(-1)).toMatchObject({ step: 'tried', by: 'local' });
  const shown = await call(application, getOptimization, { params: { optimization: name } });
  expect(shown.spec.description).toContain(params.recommendation);
  const { acts } = await call(application, listDecidedActs, { query: { about: params.recommendation } });
  expect(acts).toMatchObject([{ act: 'approved', summary: expect.stringContaining(name) }]);
  expect(await catchProblem(call(application, tryRecommendation, { params, body: {} }))).toMatchObject({
    code: 'optimization_exists',
  });
});

it('does not offer a trial where live traffic would prove nothing, and says why', async () => {
  await room.endpoint('home');
  await room.past('home', { hours: 14 * 24, requests: () => 0 });
  const params = await findOf('home', 'scale_to_zero');
  const { optimization } = await call(application, getRecommendation, { params });
  expect(optimization).toMatchObject({ spec: null, reason: expect.stringContaining('more cold starts') });
  expect(await catchProblem(call(application, tryRecommendation, { params, body: {} }))).toMatchObject({
    code: 'recommendation_not_triable',
  });
});
