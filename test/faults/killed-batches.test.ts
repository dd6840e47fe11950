import { mkdtempSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { atMoment, type Moment, someOf } from '../support/moment.ts';
import { startServerProcess } from '../support/server-process.ts';
import { onEachStore } from '../support/stores.ts';

const METRICS = 1000;
const WRITERS = 4;
/** Moments of the kill: number of acknowledged batches after the start, then a delay in milliseconds. */
const MOMENTS = [
  [5, 0],
  [5, 9],
  [6, 33],
  [8, 77],
  [10, 140],
] as const;
const PART = new Uint8Array(1 << 20).fill(7);
const PARTS = 24;
const RunAnswer = z.object({
  run: z.object({
    info: z.object({ run_id: z.string() }),
    data: z.object({ metrics: z.array(z.object({ key: z.string(), step: z.number() })).default([]) }),
  }),
});
const History = z.object({ metrics: z.array(z.object({ step: z.number() })).default([]) });
const Listing = z.object({ files: z.array(z.object({ path: z.string(), file_size: z.coerce.number() })).default([]) });

async function send(url: string, path: string, body: object): Promise<unknown> {
  const answer = await fetch(`${url}/api/2.0/mlflow/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

async function newRun(url: string): Promise<string> {
  return RunAnswer.parse(await send(url, 'runs/create', { experiment_id: '0', start_time: 0 })).run.info.run_id;
}

const keyOf = (index: number) => `metric_${String(index).padStart(3, '0')}`;

/** Acknowledged writes: the last step by run. `enough` resolves after this number of batches in total. */
function acknowledgements(batches: number) {
  const steps = new Map<string, number>();
  const enough = Promise.withResolvers<void>();
  let count = 0;
  return {
    steps,
    enough: enough.promise,
    add(runId: string, step: number) {
      steps.set(runId, step);
      count += 1;
      if (count >= batches) enough.resolve();
    },
  };
}

/** Logs step after step until the server is killed. */
async function logUntilKilled(url: string, runId: string, logged: ReturnType<typeof acknowledgements>): Promise<void> {
  for (let step = 0; ; step++) {
    const metrics = Array.from({ length: METRICS }, (_, index) => ({
      key: keyOf(index),
      value: step,
      timestamp: step,
      step,
    }));
    await send(url, 'runs/log-batch', { run_id: runId, metrics });
    logged.add(runId, step);
  }
}

/** The last step of a run that is there, after every metric was found to have the same ones. */
async function lastWholeStep(url: string, runId: string): Promise<number> {
  const answer = await fetch(`${url}/api/2.0/mlflow/runs/get?run_id=${runId}`);
  const { metrics } = RunAnswer.parse(await answer.json()).run.data;
  const last = metrics[0]?.step ?? -1;
  if (last >= 0) expect(metrics).toHaveLength(METRICS);
  expect(metrics.filter(({ step }) => step !== last)).toEqual([]);
  for (const index of [0, 499, METRICS - 1]) {
    const history = await fetch(`${url}/api/2.0/mlflow/metrics/get-history?run_id=${runId}&metric_key=${keyOf(index)}`);
    const steps = History.parse(await history.json()).metrics.map(({ step }) => step);
    expect(steps).toEqual(Array.from({ length: last + 1 }, (_, step) => step));
  }
  return last;
}

onEachStore(({ newDatabase, crashed }) => {
  describe('a server that is killed', () => {
    it('while batches of 1,000 metrics come in has each whole or not at all, and all that it acknowledged', async () => {
      const data = mkdtempSync(join(tmpdir(), 'killed-batches-'));
      const database = await newDatabase();
      const settings = { STEELYARD_DATABASE: database };
      await using server = await startServerProcess(data, settings);
      let acknowledgedAtAll = 0;
      for (const [batches, delayMs] of someOf(MOMENTS)) {
        const runIds = await Promise.all(Array.from({ length: WRITERS }, () => newRun(server.url)));
        const logged = acknowledgements(batches);
        const logging = runIds.map((runId) => logUntilKilled(server.url, runId, logged).catch(() => undefined));
        await Promise.race([logged.enough, Promise.all(logging)]);
        await pause(delayMs); // the moment of the crash varies here
        await server.kill();
        await Promise.all(logging);
        await crashed(database);
        await server.startAgain();

        for (const runId of runIds) {
          const known = logged.steps.get(runId) ?? -1;
          const last = await lastWholeStep(server.url, runId);
          // The one on its way may have been stored without its acknowledgement having got out.
          expect([known, known + 1]).toContain(last);
          acknowledgedAtAll += known + 1;
        }
      }
      expect(acknowledgedAtAll).toBeGreaterThan(20);
    });

    it('while artifacts come in shows whole ones alone, and removes what was begun', async () => {
      const data = mkdtempSync(join(tmpdir(), 'killed-artifacts-'));
      const database = await newDatabase();
      const settings = { STEELYARD_DATABASE: database };
      await using server = await startServerProcess(data, settings);
      const outcomes = new Set<number>();
      for (const moment of someOf<Moment>([5, 60, 150, 300, 450, 'ended'])) {
        const runId = await newRun(server.url);
        const uploading = upload(server.url, `0/${runId}/artifacts/model.bin`);
        await atMoment(moment, uploading);
        await server.kill();
        const acknowledged = (await uploading) === 200;
        await crashed(database);
        await server.startAgain();

        const listed = await fetch(`${server.url}/api/2.0/mlflow/artifacts/list?run_id=${runId}`);
        const { files } = Listing.parse(await listed.json());
        if (acknowledged) expect(files).toHaveLength(1);
        expect(files.filter((file) => file.file_size !== PARTS * PART.length)).toEqual([]);
        outcomes.add(files.length);
        expect(bytesUnder(join(data, 'objects'), PART.length * PARTS)).toEqual([]);
      }
      expect(outcomes).toEqual(new Set([0, 1]));
    });
  });
});

/** Status of a chunked artifact upload; null when the connection was lost. */
function upload(url: string, path: string): Promise<number | null> {
  const content = new ReadableStream<Uint8Array>({
    async pull(controller) {
      for (let sent = 0; sent < PARTS; sent++) {
        controller.enqueue(PART);
        await pause(10); // a client on a slow line
      }
      controller.close();
    },
  });
  return fetch(`${url}/api/2.0/mlflow-artifacts/artifacts/${path}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream' },
    body: content,
    duplex: 'half',
  }).then(
    (answer) => answer.status,
    () => null,
  );
}

/** Partial files of the object store, which an interrupted upload may have left. */
function bytesUnder(folder: string, whole: number): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => statSync(path).size !== whole);
}
