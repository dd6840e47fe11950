import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { syncGpuSources } from '../../src/finops/gpu-telemetry/schema.ts';
import { parseScrape, writeBody } from '../../src/finops/gpu-telemetry/sources/exporter.testing.ts';
import { getGpuIdle } from '../../src/finops/gpu-usage/schema.ts';
import { listPredictions, recordLabels, recordPredictions } from '../../src/mlops/predictions/schema.ts';
import { buildUrl, type Endpoint } from '../../src/platform/contract/schema.ts';
import { verifyJournals } from '../../src/platform/journal/index.ts';
import { postApply } from '../../src/platform/manifests/schema.ts';
import { kills } from '../support/moment.ts';
import { startServerProcess } from '../support/server-process.ts';

const KILLS = kills(4);
const SENDERS = 8;
const AT_LEAST = 40;
const SOURCE = 'apiVersion: steelyard/v1\nkind: GpuSource\nmetadata: { name: here }\nspec: { type: push }\n';

async function post(url: string, target: Endpoint, body: unknown): Promise<boolean> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url + buildUrl(target, {}), { method: 'POST', headers, body: JSON.stringify(body) }).catch(
    () => null,
  );
  if (answer === null) return false;
  // An answer with an interrupted body was still an answer: its status confirmed that all rows are stored.
  await answer.text().catch(() => '');
  return answer.ok;
}

describe('a server that is killed while predictions, labels and readings of GPUs come', () => {
  it.each(['always', 'interval'])(
    'has every one that it acknowledged, once (fsync of predictions: %s)',
    async (fsync) => {
      const data = mkdtempSync(join(tmpdir(), 'killed-predictions-'));
      await using server = await startServerProcess(data, { STEELYARD_PREDICTION_FSYNC: fsync });
      const acknowledged = new Set<string>();
      const gpus = new Set<string>();
      const source = { file: 'source.yaml', text: SOURCE };
      expect(await post(server.url, postApply, { documents: [source], dryRun: false })).toBe(true);
      for (let kill = 0; kill < KILLS; kill += 1) {
        const [before, gpusBefore] = [acknowledged.size, gpus.size];
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
        const isOver = () => isKilled;
        senders.push(sendReadings(server.url, kill, { gpus, isOver }), foldReadings(server.url, isOver));
        const sent = () => Math.min(acknowledged.size - before, AT_LEAST * (gpus.size - gpusBefore));
        await expect.poll(sent, { timeout: 60_000, interval: 5 }).toBeGreaterThan(AT_LEAST);
        await server.kill();
        isKilled = true;
        await Promise.all(senders);
        // A kill may leave a partially written last line, and no other damage.
        const findings = await verifyJournals(join(data, 'journals'));
        expect(findings.filter(({ kind }) => kind !== 'torn_tail')).toEqual([]);
        await server.startAgain();
      }
      const labels = await labelsIn(server.url);
      const lost = [...acknowledged].filter((prediction) => labels.get(prediction) !== prediction);
      expect(lost).toEqual([]);
      expect(readdirSync(join(data, 'journals', 'prediction')).length).toBeGreaterThan(0);
      for (const look of ['in the journal', 'in their days']) {
        if (look === 'in their days') expect(await post(server.url, syncGpuSources, {})).toBe(true);
        const known = await gpusIn(server.url);
        expect(
          [...gpus].filter((gpu) => !known.has(gpu)),
          look,
        ).toEqual([]);
      }
    },
  );
});

/** Sends writes of three readings each, with unique GPUs, until `isOver`; adds the acknowledged ones to `gpus`. */
async function sendReadings(
  url: string,
  kill: number,
  { gpus, isOver }: { readonly gpus: Set<string>; readonly isOver: () => boolean },
): Promise<void> {
  // Old enough to be stored in its day immediately.
  const at = Date.now() - 600_000;
  for (let number = 0; !isOver(); number += 1) {
    const names = [0, 1, 2].map((gpu) => `GPU-${kill}-${number}-${gpu}`);
    const text = names.map((name) => `DCGM_FI_DEV_GPU_UTIL{UUID="${name}"} 0`).join('\n');
    const body = writeBody(parseScrape(text, at));
    const answer = await fetch(`${url}/api/v1/gpus/sources/here/write`, { method: 'POST', body }).catch(() => null);
    if (answer?.status === 204) for (const name of names) gpus.add(name);
  }
}

/** Puts readings into their days again and again, so that a kill finds it at that. */
async function foldReadings(url: string, isOver: () => boolean): Promise<void> {
  while (!isOver()) await post(url, syncGpuSources, {});
}

/** GPUs of which a reading is known; one that is there twice fails. */
async function gpusIn(url: string): Promise<Set<string>> {
  const asked = buildUrl(getGpuIdle, { query: { window: '1s', top: '100000' } });
  const { byGpu, samples } = getGpuIdle.response.parse(await (await fetch(url + asked)).json());
  expect(samples).toBe(byGpu.length);
  return new Set(byGpu.map(({ gpu }) => gpu));
}

/** Label by prediction; a prediction that comes twice fails. */
async function labelsIn(url: string): Promise<Map<string, unknown>> {
  const labels = new Map<string, unknown>();
  let pageToken: string | undefined;
  do {
    const asked = buildUrl(listPredictions, { query: { model: 'ranker', pageSize: 1000, pageToken } });
    const page = listPredictions.response.parse(await (await fetch(url + asked)).json());
    for (const { prediction, label } of page.predictions) {
      expect(labels.has(prediction)).toBe(false);
      labels.set(prediction, label);
    }
    pageToken = page.nextPageToken ?? undefined;
  } while (pageToken !== undefined);
  return labels;
}
