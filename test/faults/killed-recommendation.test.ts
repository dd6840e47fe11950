import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { getEndpoint } from '../../src/mlops/serving/schema.ts';
import { testApplication } from '../../src/testing/application.ts';
import { listDecidedActs } from '../../src/tradeoff/decisions/schema.ts';
import { getRecommendation } from '../../src/tradeoff/recommendations/schema.ts';
import { RecommendationRoom } from '../../src/tradeoff/testing/recommendations.ts';
import { startServerProcess } from '../support/server-process.ts';

const MOMENTS = 2;
/** From asking until the kill, in milliseconds: before, while and after it is stored. */
const LONGEST_MS = 60;
const NAMES = Array.from({ length: MOMENTS }, (_, n) => `home-${n}`);

it('a server that is killed while it carries recommendations out has done each of them wholly or not at all', async () => {
  const data = mkdtempSync(join(tmpdir(), 'killed-recommendation-'));
  const ids = new Map<string, string>();
  {
    const clock = { at: Date.now(), now: () => clock.at };
    await using application = await testApplication({ clock }, { data });
    const room = new RecommendationRoom(application, clock);
    await room.price('0.5');
    for (const name of NAMES) {
      await room.endpoint(name);
      await room.past(name, { hours: 48, requests: () => 0 });
    }
    for (const one of (await room.found()).recommendations) ids.set(one.subject.endpoint ?? '', one.recommendation);
  }
  await using server = await startServerProcess(data);
  const get = async (path: string) => (await fetch(`${server.url}/api/v1/${path}`)).json();
  const apply = (id: string) =>
    fetch(`${server.url}/api/v1/recommendations/${id}/apply`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ isDryRun: false }),
    });
  for (const name of NAMES) {
    const id = ids.get(name) ?? '';
    const asked = apply(id).catch(() => null);
    await pause(Math.random() * LONGEST_MS); // the moment of the crash varies here
    await server.kill();
    await asked;
    await server.startAgain();
    const { state } = getRecommendation.response.parse(await get(`recommendations/${id}`));
    const { newest } = getEndpoint.response.parse(await get(`endpoints/${name}`));
    const { acts } = listDecidedActs.response.parse(await get(`decided-acts?about=${id}`));
    expect([state, newest.revision, acts.length]).toEqual(state === 'applied' ? ['applied', 2, 1] : ['open', 1, 0]);
    if (state === 'open') expect((await apply(id)).status).toBe(200);
    expect((await apply(id)).status).toBe(409);
    expect(getEndpoint.response.parse(await get(`endpoints/${name}`)).newest.revision).toBe(2);
  }
});
