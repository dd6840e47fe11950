import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { listBudgets } from '../../src/finops/budgets/schema.ts';
import { listPredictions, recordPredictions } from '../../src/mlops/predictions/schema.ts';
import { buildUrl } from '../../src/platform/contract/schema.ts';
import { isDeep } from '../../src/testing/deep.ts';
import { openDoor } from '../support/database-door.ts';
import { startDoor } from '../support/door.ts';
import { findMoto, startS3 } from '../support/moto.ts';
import { findPostgres, type Postgres, startPostgres } from '../support/postgres.ts';
import { ask } from '../support/server-calls.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { tryOnce } from './load/sender.ts';

/** The short one is longer than servers count their lease without PostgreSQL (15 s), so they lose it. */
const AWAY_MS = isDeep ? 60_000 : 17_000;
const AT_LEAST = 10;
/** Longer than the servers wait for an answer of PostgreSQL (20 s). */
const SILENT_MS = isDeep ? 60_000 : 27_000;
/** Between two requests of one sender. */
const EVERY_MS = 50;
const WAIT = { timeout: 90_000, interval: 50 };
/** A refusal comes before a client gives up. */
const LONGEST_ANSWER_MS = 30_000;
const LIMIT_MS = 300_000 + AWAY_MS + SILENT_MS;

/** Ways in which PostgreSQL is away for a while: `address` is how the servers reach it. */
const OUTAGES = {
  'is killed': async (postgres: Postgres) => ({
    address: await postgres.newDatabase(),
    async beAway() {
      await postgres.kill();
      await pause(AWAY_MS); // the outage under test
      await postgres.startAgain();
    },
  }),
  'does not answer': async (postgres: Postgres) => {
    const door = await openDoor(await postgres.newDatabase());
    return {
      address: door.address,
      async beAway() {
        door.stall();
        await pause(SILENT_MS); // the outage under test
        door.resume();
      },
    };
  },
};

/** Requests of one kind to one server, one after the other: those that were acknowledged, and the answers to the others. */
interface Stream {
  readonly acknowledged: number[];
  readonly refusals: Map<string, string>;
  longestMs: number;
}

type Send = (number: number) => Promise<{ readonly status: number; readonly text: string } | null>;

function startStream(send: Send, isOver: () => boolean): { stream: Stream; ended: Promise<void> } {
  const stream: Stream = { acknowledged: [], refusals: new Map(), longestMs: 0 };
  const run = async () => {
    for (let number = 0; !isOver(); number += 1) {
      const began = performance.now();
      const reply = await send(number);
      stream.longestMs = Math.max(stream.longestMs, performance.now() - began);
      if (reply?.status === 200) stream.acknowledged.push(number);
      // The server runs all the time, and so answers every request.
      else stream.refusals.set(readCode(reply?.text), `${reply?.status} ${reply?.text}`);
      await pause(EVERY_MS);
    }
  };
  return { stream, ended: run() };
}

const Refusal = z.union([
  z.object({ code: z.string(), detail: z.string().min(20) }),
  z.object({ error_code: z.string(), message: z.string().min(20) }).transform((one) => ({ code: one.error_code })),
]);

function readCode(text: string | undefined): string {
  if (text === undefined) return 'no answer';
  try {
    return Refusal.parse(JSON.parse(text)).code;
  } catch {
    return `no refusal: ${text}`;
  }
}

const post = (url: string, body: object) =>
  tryOnce(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

describe.skipIf(findPostgres() === null)('PostgreSQL away (skipped where it is not installed)', () => {
  it.each(Object.entries(OUTAGES))(
    'that %s is answered with 503 and its cause; two servers go on when it is back, without a restart and without loss',
    async (_, goAway) => {
      await using postgres = await startPostgres(findPostgres() ?? '');
      const { address, beAway } = await goAway(postgres);
      const data = mkdtempSync(join(tmpdir(), 'postgres-away-'));
      const start = (name: string) =>
        startServerProcess(data, {
          STEELYARD_SERVER: name,
          STEELYARD_DATABASE: address,
          STEELYARD_LOG_LEVEL: 'silent',
        });
      await using a = await start('a');
      await using b = await start('b');
      const run = await createRun(a.url);
      let isOver = false;
      const begin = (send: Send) => startStream(send, () => isOver);
      const sending = [a, b].map((server, index) => {
        const { url } = server;
        return {
          predictions: begin((number) => post(url + buildUrl(recordPredictions, {}), prediction(index, number))),
          metrics: begin((number) => post(`${url}/api/2.0/mlflow/runs/log-metric`, metric(run, index, number))),
          pages: begin(() => tryOnce(url + buildUrl(listBudgets, {}), { method: 'GET' })),
        };
      });
      const streams = sending.flatMap((one) => Object.values(one));
      const counts = () => streams.map(({ stream }) => stream.acknowledged.length);
      await expect.poll(() => Math.min(...counts()), WAIT).toBeGreaterThan(AT_LEAST);
      await beAway();
      const [before, back] = [counts(), performance.now()];
      const more = () => Math.min(...counts().map((count, index) => count - (before[index] ?? 0)));
      await expect.poll(more, WAIT).toBeGreaterThan(AT_LEAST);
      const recoveredMs = performance.now() - back;
      isOver = true;
      await Promise.all(streams.map(({ ended }) => ended));
      console.info(`all kinds of requests were answered again ${Math.round(recoveredMs)} ms after PostgreSQL`);

      for (const [index, { predictions, metrics, pages }] of sending.entries()) {
        const known = await predictionsOf(index === 0 ? b : a);
        expect(predictions.stream.acknowledged.filter((number) => !known.has(`${index}-${number}`))).toEqual([]);
        const steps = await stepsOf(a.url, run, `m${index}`);
        expect(new Set(steps).size).toBe(steps.length);
        expect(metrics.stream.acknowledged.filter((number) => !steps.includes(number))).toEqual([]);
        expectRefusals(predictions.stream, ['store_unreachable', 'server_lease_lost']);
        expectRefusals(metrics.stream, ['TEMPORARILY_UNAVAILABLE']);
        expectRefusals(pages.stream, ['store_unreachable']);
      }
    },
    LIMIT_MS,
  );
});

/** Every refusal is one of these, with status 503 and the next step; one at least was seen. */
function expectRefusals({ refusals, longestMs }: Stream, codes: readonly string[]): void {
  expect([...refusals].filter(([code]) => !codes.includes(code))).toEqual([]);
  expect(refusals.size).toBeGreaterThan(0);
  for (const text of refusals.values()) expect(text).toMatch(/^50[23] .*(R|r)etry/);
  expect(longestMs).toBeLessThan(LONGEST_ANSWER_MS);
}

describe.skipIf(findMoto() === null && process.env.CI === undefined)(
  'a bucket away (skipped where moto_server is not installed)',
  () => {
    it(
      'is answered with its cause; the server goes on when it is back, and has every acknowledged artifact',
      async () => {
        await using s3 = await startS3();
        await using door = await startDoor(Number(new URL(s3.endpoint).port));
        const keys = 'accessKeyId=env:KEY&secretAccessKey=env:SECRET';
        const objects = `s3://${await s3.newBucket()}/team?region=us-east-1&endpoint=${door.url}&${keys}`;
        const data = mkdtempSync(join(tmpdir(), 'bucket-away-'));
        const environment = { KEY: s3.accessKeyId, SECRET: s3.secretAccessKey, STEELYARD_OBJECTS: objects };
        await using server = await startServerProcess(data, { ...environment, STEELYARD_LOG_LEVEL: 'silent' });
        const path = (number: number) =>
          `${server.url}/api/2.0/mlflow-artifacts/artifacts/0/run/artifacts/${number}.txt`;
        let isOver = false;
        const put: Send = (number) => tryOnce(path(number), { method: 'PUT', body: `content ${number}` });
        const { stream, ended } = startStream(put, () => isOver);
        const pages = startStream(
          () => tryOnce(`${server.url}${buildUrl(listBudgets, {})}`, {}),
          () => isOver,
        );
        const count = () => stream.acknowledged.length;
        await expect.poll(count, WAIT).toBeGreaterThan(AT_LEAST);
        await door.close();
        await pause(AWAY_MS); // the outage under test
        await door.open();
        const before = count();
        await expect.poll(() => count() - before, WAIT).toBeGreaterThan(AT_LEAST);
        isOver = true;
        await Promise.all([ended, pages.ended]);
        expectRefusals(stream, ['TEMPORARILY_UNAVAILABLE']);
        // Data outside the bucket are answered all the time.
        expect(pages.stream.refusals.size).toBe(0);
        for (const number of stream.acknowledged)
          expect((await tryOnce(path(number), {}))?.text).toBe(`content ${number}`);
      },
      LIMIT_MS,
    );
  },
);

const prediction = (server: number, number: number) => ({
  predictions: [{ prediction: `${server}-${number}`, model: 'ranker', output: 'yes', inputs: { n: 1 } }],
});
const metric = (run: string, server: number, number: number) => ({
  ...{ run_id: run, key: `m${server}`, value: number, step: number, timestamp: Date.now() },
});

async function createRun(url: string): Promise<string> {
  const made = await post(`${url}/api/2.0/mlflow/runs/create`, { experiment_id: '0' });
  const Created = z.object({ run: z.object({ info: z.object({ run_id: z.string() }) }) });
  return Created.parse(JSON.parse(made?.text ?? '')).run.info.run_id;
}

async function stepsOf(url: string, run: string, key: string): Promise<number[]> {
  const answer = await tryOnce(`${url}/api/2.0/mlflow/metrics/get-history?run_id=${run}&metric_key=${key}`, {});
  const History = z.object({ metrics: z.array(z.object({ step: z.number() })) });
  return History.parse(JSON.parse(answer?.text ?? '')).metrics.map(({ step }) => step);
}

async function predictionsOf(server: ServerProcess): Promise<Set<string>> {
  const known: string[] = [];
  let pageToken: string | undefined;
  do {
    const page = await ask(server, listPredictions, { query: { model: 'ranker', pageSize: 1000, pageToken } });
    known.push(...page.predictions.map(({ prediction: id }) => id));
    pageToken = page.nextPageToken ?? undefined;
  } while (pageToken !== undefined);
  expect(new Set(known).size).toBe(known.length);
  return new Set(known);
}
