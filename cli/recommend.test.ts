import { afterAll, beforeAll, expect, it } from 'vitest';
import { testApplication } from '../src/testing/application.ts';
import { RecommendationRoom } from '../src/tradeoff/testing/recommendations.ts';
import { type Ended, steelyard } from './testing.ts';

let application: Awaited<ReturnType<typeof testApplication>>;
let run: (...argv: string[]) => Promise<Ended>;

beforeAll(async () => {
  const clock = { at: Date.parse('2026-11-26T12:20:00Z'), now: () => clock.at };
  application = await testApplication({ clock });
  const url = await application.http.listen({ host: '127.0.0.1', port: 0 });
  run = (...argv) => steelyard(['recommend', ...argv, '--url', url]);
  const room = new RecommendationRoom(application, clock);
  await room.price('0.5');
  await room.endpoint('home');
  await room.past('home', { hours: 14 * 24, requests: () => 0 });
});
afterAll(() => application?.[Symbol.asyncDispose]());

it('steelyard recommend says what would cost less, what that changes, and does it only when told to', async () => {
  expect((await run('list')).err).toContain('no savings scan yet');
  expect((await run('find')).out).toMatch(/scale_to_zero +1/);
  const list = await run('list');
  expect(list.out).toMatch(/rec_\w+ +\$365\.00 +286\.79 to 365\.00 +high +low +open +Scale home to zero/);
  expect(list.out).toContain('1 recommendation: $365.00 a month together (286.79 to 365.00) of $365.00');
  const id = /rec_\w+/.exec(list.out)?.[0] ?? '';

  expect((await run('show', id)).out).toMatch(/monthly savings +\$365\.00 \(286\.79 to 365\.00\) of \$365\.00/);
  const dry = await run('apply', id);
  expect(dry.out).toContain('Would change: Scale home to zero without requests');
  expect(dry.out).toContain('replicas.min 1 -> 0');
  expect(dry.err).toContain(`Nothing has changed. Do it: steelyard recommend apply ${id} --yes`);
  expect((await run('dismiss', id, '--reason', 'a launch')).out).toContain('Dismissed: Scale home');
  expect((await run('apply', id, '--yes')).code).toBe(5);
  expect((await run('undo', id)).out).toContain('Open again');
  expect((await run('apply', id, '--yes', '--json')).out).toContain('"isDryRun": false');
  expect((await run('undo', id)).out).toContain('Taken back');
  expect(await run('keep', id)).toMatchObject({
    code: 5,
    err: expect.stringContaining('No idle policy has a pending action'),
  });
  expect((await run('assign', id, '--account', 'ada', '--comment', 'on Friday')).out).toMatch(
    /Assigned to the account ada by local, .*: on Friday/,
  );
  expect((await run('assign', id, '--state', 'in_progress')).out).toContain('State: in progress');
  expect((await run('list', '--state', 'closed', '--owner', 'ada')).out).toMatch(/undone +ada +Scale home/);
  expect((await run('assign', id, '--undo')).out).not.toContain('State: in progress');
  expect(await run('assign', id, '--state', 'done')).toMatchObject({ code: 2 });
  expect((await run('list', '--state', 'closed')).out).toMatch(/undone +ada +Scale home/);
  expect((await run('show', 'rec_00000000000000000000')).code).toBe(4);
});
