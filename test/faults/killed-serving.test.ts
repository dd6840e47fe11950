import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { linearGraph } from '../../src/mlops/serving/graphs.testing.ts';
import { appliedEndpoint, registeredFiles } from '../../src/mlops/testing/serving.ts';
import { testApplication } from '../../src/testing/application.ts';
import { startServerProcess } from '../support/server-process.ts';

const LIMIT_MS = 600_000;
const WAIT = { timeout: 120_000, interval: 100 };

/** Process groups of the replicas that have a folder. */
function groupsIn(data: string): number[] {
  const folder = join(data, 'serving', 'replicas');
  return readdirSync(folder).map((id) => Number(readFileSync(join(folder, id, 'started'), 'utf8').split(' ')[0]));
}

function isAlive(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
}

async function predicted(url: string): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/serve/kept/invocations`, {
    method: 'POST',
    headers,
    body: '{"inputs": [[1, 1]]}',
  });
  return answer.json();
}

it(
  'a killed server leaves no replica behind, and serves again when it is started again',
  async () => {
    const data = mkdtempSync(join(tmpdir(), 'steelyard-'));
    {
      await using application = await testApplication({}, { data });
      const version = await registeredFiles(application, 'm', { 'model.onnx': linearGraph([1, 1]) });
      const main = { model: 'm', version, backend: 'onnx', replicas: { min: 2 } };
      await appliedEndpoint(application, 'kept', { variants: { main } });
      expect(groupsIn(data).length).toBe(2);
    }
    expect(readdirSync(join(data, 'serving', 'replicas'))).toEqual([]);
    await using server = await startServerProcess(data, { STEELYARD_LOG_LEVEL: 'silent' });
    await expect.poll(() => predicted(server.url), WAIT).toEqual({ predictions: [[2]] });
    await expect.poll(() => groupsIn(data).length, WAIT).toBe(2);
    const groups = groupsIn(data);
    expect(groups.map(isAlive)).toEqual([true, true]);
    await server.kill();
    // Their lease is not renewed.
    await expect.poll(() => groups.map(isAlive), WAIT).toEqual([false, false]);
    await server.startAgain();
    await expect.poll(() => predicted(server.url), WAIT).toEqual({ predictions: [[2]] });
    await expect.poll(() => groupsIn(data).length, WAIT).toBe(2);
    const later = groupsIn(data);
    await server.kill();
    // A server that starts ends the replicas that it finds, before their lease expires.
    await server.startAgain();
    await expect.poll(() => later.map(isAlive), WAIT).toEqual([false, false]);
    await expect.poll(() => predicted(server.url), WAIT).toEqual({ predictions: [[2]] });
  },
  LIMIT_MS,
);

it(
  'a killed server loses no more usage than that of its last second',
  async () => {
    const data = mkdtempSync(join(tmpdir(), 'steelyard-'));
    {
      await using application = await testApplication({}, { data });
      const version = await registeredFiles(application, 'm', { 'model.onnx': linearGraph([1, 1]) });
      await appliedEndpoint(application, 'kept', { variants: { main: { model: 'm', version, backend: 'onnx' } } });
    }
    await using server = await startServerProcess(data, { STEELYARD_LOG_LEVEL: 'silent' });
    await expect.poll(() => predicted(server.url), WAIT).toEqual({ predictions: [[2]] });
    for (let more = 0; more < 9; more += 1) await predicted(server.url);
    const noted = () => readFileSync(join(data, 'serving', 'usage.json'), 'utf8');
    await expect.poll(noted, WAIT).toContain('"predictions":10');
    await server.kill();
    await server.startAgain();
    const cost = async () => {
      const answer = await fetch(`${server.url}/api/v1/endpoints/kept`);
      return ((await answer.json()) as { variants: { cost: { predictions: number } }[] }).variants[0]?.cost.predictions;
    };
    await expect.poll(cost, WAIT).toBe(10);
  },
  LIMIT_MS,
);
