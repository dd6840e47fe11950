import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Application } from '../../src/main.ts';
import { getEndpoint } from '../../src/mlops/serving/schema.ts';
import { appliedEndpoint, registeredFiles, sent } from '../../src/mlops/testing/serving.ts';
import { call, testApplication } from '../../src/testing/application.ts';
import { areEnginesWhole } from '../support/engine-scope.ts';
import { startServerProcess } from '../support/server-process.ts';
import { HANDLER, type ServingEngine } from '../support/serving-engines.ts';
import { startLoad } from './load.ts';

const LIMIT_MS = 600_000;
const WAIT = { timeout: 240_000, interval: 100 };

type EngineOf = () => ServingEngine;

/** Registers a version with this weight in a form that every engine can serve. */
export const weighing = (application: Application, weight: number): Promise<string> =>
  registeredFiles(application, 'm', { 'handler.sh': HANDLER, weight: String(weight) });

export const predicted = async (application: Application, endpoint: string, row: readonly number[] = [1]) => {
  const answer = await sent(application, 'POST', `/serve/${endpoint}/invocations`, { inputs: [row] });
  return [answer.statusCode, answer.json<unknown>()];
};

/** The suite for every backend that runs external servers. Its core is one deployment that answers and ends. */
export function describeServedBy(name: string, engineOf: EngineOf, isWhole = areEnginesWhole): void {
  const main = (version: string, more: object = {}) => ({
    variants: { main: { model: 'm', version, ...engineOf().variant, ...more } },
    keepPrevious: '0s',
  });

  async function opened(data = mkdtempSync(join(tmpdir(), 'steelyard-'))) {
    const application = await testApplication({}, { ...engineOf().settings, data });
    const url = await application.http.listen({ host: '127.0.0.1', port: 0 });
    engineOf().serverAt?.(url);
    return { data, application, url };
  }

  describe(`a model served by ${name}`, () => {
    it(
      'answers what its version says, in every protocol, and leaves nothing when the server ends',
      async () => {
        const { data, application } = await opened();
        {
          await using serving = application;
          await appliedEndpoint(serving, 'plain', main(await weighing(serving, 5), { replicas: { min: 2 } }));
          expect(await predicted(serving, 'plain')).toEqual([200, { predictions: [5] }]);
          const v1 = await sent(serving, 'POST', '/serve/plain/v1/models/m:predict', { instances: [[1]] });
          expect(v1.json()).toEqual({ predictions: [5] });
          expect(await engineOf().held(data)).toHaveLength(2);
        }
        await expect.poll(() => engineOf().held(data), WAIT).toEqual([]);
      },
      LIMIT_MS,
    );

    if (!isWhole) return;

    it(
      'is replaced when it crashes, and says how it ended',
      async () => {
        await using application = (await opened()).application;
        await appliedEndpoint(application, 'crashing', main(await weighing(application, 5)));
        expect((await predicted(application, 'crashing', [-1]))[0]).toBeGreaterThanOrEqual(500);
        await expect.poll(() => predicted(application, 'crashing'), WAIT).toEqual([200, { predictions: [5] }]);
        const { variants } = await call(application, getEndpoint, { params: { endpoint: 'crashing' } });
        expect(variants[0]).toMatchObject({ replicasReady: 1, lastEnd: expect.stringMatching(/exit code 7/) });
        expect(variants[0]?.lastEnd).toContain('it crashes now');
      },
      LIMIT_MS,
    );

    it(
      'of which a new version is broken stays as it was, and a good one comes through after it',
      async () => {
        await using application = (await opened()).application;
        const good = await weighing(application, 5);
        await appliedEndpoint(application, 'kept', main(good));
        const broken = await registeredFiles(application, 'm', { broken: 'yes' });
        const { state, newest } = await appliedEndpoint(application, 'kept', main(broken));
        expect([state, newest.reason]).toEqual(['failed', expect.stringMatching(/exit code 3; .*no such model/s)]);
        expect(await predicted(application, 'kept')).toEqual([200, { predictions: [5] }]);
        await appliedEndpoint(application, 'kept', main(await weighing(application, 6)));
        expect(await predicted(application, 'kept')).toEqual([200, { predictions: [6] }]);
      },
      LIMIT_MS,
    );

    it(
      'drops no request while it is rolled out, there and back, and only the last stays',
      async () => {
        const { application, data, url } = await opened();
        await using serving = application;
        const [one, two] = [await weighing(serving, 1), await weighing(serving, 2)];
        const limits = { limits: { concurrency: 2 } };
        await appliedEndpoint(serving, 'rolled', { ...main(one), ...limits });
        using load = startLoad(`${url}/serve/rolled`, 4);
        await load.begun;
        for (const version of [two, one, two])
          await appliedEndpoint(serving, 'rolled', { ...main(version), ...limits });
        const seen = await load.stop();
        expect(Object.keys(seen).toSorted()).toEqual(['200 {"predictions":[1]}', '200 {"predictions":[2]}']);
        await expect.poll(() => engineOf().held(data), WAIT).toHaveLength(1);
      },
      LIMIT_MS,
    );

    it(
      'is served again by a server that was killed, and held once',
      async () => {
        const { data, application } = await opened();
        {
          await using serving = application;
          await appliedEndpoint(serving, 'killed', main(await weighing(serving, 5)));
        }
        const variables = { ...environmentOf(engineOf().settings), STEELYARD_LOG_LEVEL: 'silent' };
        await using server = await startServerProcess(data, variables);
        engineOf().serverAt?.(server.url);
        const ask = async () => {
          const headers = { 'content-type': 'application/json' };
          const asked = { method: 'POST', headers, body: '{"inputs": [[1]]}' };
          return (await fetch(`${server.url}/serve/killed/invocations`, asked)).json();
        };
        await expect.poll(ask, WAIT).toEqual({ predictions: [5] });
        for (const _ of [1, 2]) {
          await server.kill();
          expect(await engineOf().held(data)).toHaveLength(1);
          await server.startAgain();
          engineOf().serverAt?.(server.url);
          await expect.poll(ask, WAIT).toEqual({ predictions: [5] });
          await expect.poll(() => engineOf().held(data), WAIT).toHaveLength(1);
        }
        await server.kill();
        // A replica of a killed server ends eventually, so the test polls for the answer of the next one.
        await using last = (await opened(data)).application;
        await expect.poll(() => predicted(last, 'killed'), WAIT).toEqual([200, { predictions: [5] }]);
      },
      LIMIT_MS,
    );
  });
}

/** Settings as the environment has them. Example: `dockerNetwork` -> `STEELYARD_DOCKER_NETWORK`. */
export function environmentOf(settings: ServingEngine['settings']): Record<string, string> {
  const named = Object.entries(settings).map(([name, value]) => [
    `STEELYARD_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`,
    value,
  ]);
  return Object.fromEntries(named);
}
