import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listPredictions, recordLabels, recordPredictions } from '../../src/mlops/monitoring/predictions/schema.ts';
import { type Endpoint, urlOf } from '../../src/platform/contract/schema.ts';
import { startServerProcess } from '../support/server-process.ts';

const KILLS = 4;
const SENDERS = 8;
const AT_LEAST = 40;

async function post(url: string, target: Endpoint, body: unknown): Promise<boolean> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url + urlOf(target, {}), { method: 'POST', headers, body: JSON.stringify(body) }).catch(
    () => null,
  );
  if (answer === null) return false;
  // An answer whose body breaks off was still an answer: its status said that all is kept.
  await answer.text().catch(() => '');
  return answer.ok;
}

describe('a server that is killed while predictions and labels come', () => {
  it.each(['always', 'interval'])('has every one that it acknowledged, once (fsync: %s)', async (fsync) => {
    const data = mkdtempSync(join(tmpdir(), 'killed-predictions-'));
    await using server = await startServerProcess(data, { STEELYARD_PREDICTION_FSYNC: fsync });
    const acknowledged = new Set<string>();
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = acknowledged.size;
      let isKilled = false;
      const senders = Array.from({ length: SENDERS }, async (_, sender) => {
        for (let number = 0; !isKilled; number += 1) {
          const prediction = `${kill}-${sender}-${number}`;
          const sent = { prediction, model: 'ranker', output: 'yes', inputs: { text: 'x'.repeat(500) } };
          const isKept =
            (await post(server.url, recordPredictions, { predictions: [sent] })) &&
            (await post(server.url, recordLabels, { model: 'ranker', labels: [{ prediction, value: prediction }] }));
          if (isKept) acknowledged.add(prediction);
        }
      });
      await expect.poll(() => acknowledged.size, { timeout: 60_000, interval: 5 }).toBeGreaterThan(before + AT_LEAST);
      await server.kill();
      isKilled = true;
      await Promise.all(senders);
      await server.startAgain();
    }
    const labels = await labelsIn(server.url);
    const lost = [...acknowledged].filter((prediction) => labels.get(prediction) !== prediction);
    expect(lost).toEqual([]);
    expect(readdirSync(join(data, 'journals', 'prediction')).length).toBeGreaterThan(0);
  });
});

/** Label by prediction; a prediction that comes twice fails. */
async function labelsIn(url: string): Promise<Map<string, unknown>> {
  const labels = new Map<string, unknown>();
  let pageToken: string | undefined;
  do {
    const asked = urlOf(listPredictions, { query: { model: 'ranker', pageSize: 1000, pageToken } });
    const page = listPredictions.response.parse(await (await fetch(url + asked)).json());
    for (const { prediction, label } of page.predictions) {
      expect(labels.has(prediction)).toBe(false);
      labels.set(prediction, label);
    }
    pageToken = page.nextPageToken ?? undefined;
  } while (pageToken !== undefined);
  return labels;
}
