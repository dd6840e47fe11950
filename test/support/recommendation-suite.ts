import { expect, it } from 'vitest';
import { call, testApplication } from '../../src/testing/application.ts';
import { listDecidedActs } from '../../src/tradeoff/decisions/schema.ts';
import {
  applyRecommendation,
  findRecommendations,
  listRecommendations,
} from '../../src/tradeoff/recommendations/schema.ts';
import { RecommendationRoom } from '../../src/tradeoff/testing/recommendations.ts';

/** Two servers that share a store. */
export function recommendationSuite(newDatabase: () => Promise<string>): void {
  it('two servers that look at the same time open one recommendation, and do it once', async () => {
    const database = await newDatabase();
    const clock = { at: Date.parse('2026-11-26T12:20:00Z'), now: () => clock.at };
    await using one = await testApplication({ clock }, { database });
    const room = new RecommendationRoom(one, clock);
    await room.price('0.5');
    await room.endpoint('home');
    await room.past('home', { hours: 14 * 24, requests: () => 0 });
    await using other = await testApplication({ clock }, { database });
    const servers = [one, other, one, other];
    await Promise.all(servers.map((server) => call(server, findRecommendations, { body: {} })));
    const { recommendations } = await call(other, listRecommendations);
    expect(recommendations).toHaveLength(1);
    const params = { recommendation: recommendations[0]?.recommendation ?? '' };
    const tries = await Promise.allSettled(
      servers.map((server) => call(server, applyRecommendation, { params, body: { isDryRun: false } })),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await room.shown('home')).newest.revision).toBe(2);
    const { acts } = await call(other, listDecidedActs, { query: { about: params.recommendation } });
    expect(acts).toHaveLength(1);
  });
}
