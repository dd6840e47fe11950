import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listPredictions } from '../../src/mlops/predictions/schema.ts';
import { linearGraph } from '../../src/mlops/serving/graphs.testing.ts';
import { appliedEndpoint, registeredFiles } from '../../src/mlops/testing/serving.ts';
import { buildUrl } from '../../src/platform/contract/schema.ts';
import { testApplication } from '../../src/testing/application.ts';
import { kills } from '../support/moment.ts';
import { startServerProcess } from '../support/server-process.ts';

const LIMIT_MS = 600_000;
const WAIT = { timeout: 120_000, interval: 20 };
const KILLS = kills(3);
const SENDERS = 8;
const AT_LEAST = 60;

/** Two rows by MLflow's protocol (converted), or one by v2 (its bytes are passed on). */
async function isPredicted(url: string, id: string, isConverted: boolean): Promise<boolean> {
  const [path, body] = isConverted
    ? [
        'invocations',
        {
          inputs: [
            [1, 1],
            [2, 2],
          ],
        },
      ]
    : ['v2/models/m/infer', { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 1] }] }];
  const headers = { 'content-type': 'application/json', 'x-steelyard-prediction-id': id };
  const sending = fetch(`${url}/serve/kept/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const answer = await sending.catch(() => null);
  if (answer === null || !answer.ok) return false;
  // An answer that breaks off was none.
  return answer.text().then(
    () => true,
    () => false,
  );
}

async function idsIn(url: string): Promise<string[]> {
  const ids: string[] = [];
  let pageToken: string | undefined;
  do {
    const asked = buildUrl(listPredictions, { query: { model: 'm', pageSize: 1000, pageToken } });
    const page = listPredictions.response.parse(await (await fetch(url + asked)).json());
    ids.push(...page.predictions.map(({ prediction }) => prediction));
    pageToken = page.nextPageToken ?? undefined;
  } while (pageToken !== undefined);
  return ids;
}

it(
  'a server that is killed under load has every prediction that it answered, where each is kept first',
  async () => {
    const data = mkdtempSync(join(tmpdir(), 'steelyard-'));
    {
      await using application = await testApplication({}, { data });
      const version = await registeredFiles(application, 'm', { 'model.onnx': linearGraph([1, 1]) });
      const main = { model: 'm', version, backend: 'onnx' };
      await appliedEndpoint(application, 'kept', { variants: { main }, log: { answer: 'before' } });
    }
    await using server = await startServerProcess(data, { STEELYARD_LOG_LEVEL: 'silent' });
    const answered = new Set<string>();
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = answered.size;
      let isKilled = false;
      const senders = Array.from({ length: SENDERS }, async (_, sender) => {
        for (let number = 0; !isKilled; number += 1) {
          const id = `${kill}-${sender}-${number}`;
          if (await isPredicted(server.url, id, sender % 2 === 0)) answered.add(id);
        }
      });
      await expect.poll(() => answered.size, WAIT).toBeGreaterThan(before + AT_LEAST);
      await server.kill();
      isKilled = true;
      await Promise.all(senders);
      await server.startAgain();
    }
    const ids = await idsIn(server.url);
    const there = new Set(ids);
    const wanted = [...answered].flatMap((id) => (Number(id.split('-')[1]) % 2 === 0 ? [`${id}-0`, `${id}-1`] : [id]));
    expect(wanted.filter((id) => !there.has(id))).toEqual([]);
    expect(there.size).toBe(ids.length);
  },
  LIMIT_MS,
);
