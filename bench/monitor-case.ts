import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { migrations } from '../src/migrations.ts';
import { createMonitoring, type OpenedMonitoring, openMonitoring } from '../src/mlops/monitoring/index.ts';
import { createEvents } from '../src/platform/events/index.ts';
import { createHttp, localAccess, noRecorder } from '../src/platform/http/index.ts';
import { createJobs } from '../src/platform/jobs/index.ts';
import type { JournaledRow } from '../src/platform/journal/index.ts';
import { openLake } from '../src/platform/lake/index.ts';
import { createManifests } from '../src/platform/manifests/index.ts';
import { createTelling } from '../src/platform/notices/index.ts';
import { openObjects } from '../src/platform/objects/index.ts';
import { openStore } from '../src/platform/store/index.ts';
import { createTelemetry } from '../src/platform/telemetry/index.ts';
import { createUploads } from '../src/platform/uploads/index.ts';
import type { CaseContext } from './case-context.ts';
import type { CaseReport, Figure } from './report.ts';

const SUBJECT = 'Steelyard';
const DAY_MS = 86_400_000;
const DAYS = 1_464;
const INPUTS = 16;
const END = Date.UTC(2026, 10, 30);
const START = END - DAYS * DAY_MS;
const MINUTE_MS = 60_000;
/** Every so many predictions has no label yet. */
const UNLABELLED = 20;

const SPEC = {
  model: 'model',
  quality: { kind: 'classification', output: 'answer', positive: 'yes', probability: 'p' },
  estimate: { reference: { start: new Date(START).toISOString(), end: new Date(START + 365 * DAY_MS).toISOString() } },
};

/** A monitor over four years of labelled predictions: its page by day, month and all, from what was stored of it and without. */
export async function measureMonitor({ options, folder, report }: CaseContext): Promise<CaseReport> {
  const data = join(folder, 'monitor');
  mkdirSync(join(data, 'journals'), { recursive: true });
  try {
    report(`monitor: ${options.settlePredictions} predictions of ${DAYS} days`);
    await using room = await openRoom(data);
    await fill(room.opened, options.settlePredictions);
    await room.apply();
    report('monitor: without stored windows');
    const computed = figure('GET by=month without stored windows', 'ms', (await room.show('by=month')).ms);
    report('monitor: store its windows');
    const startedAt = performance.now();
    await room.build();
    const builtS = (performance.now() - startedAt) / 1000;
    const figures: Figure[] = [figure('store the windows', 's', builtS), computed];
    const budgets: CaseReport['budgets'][number][] = [];
    for (const by of ['day', 'month', 'all']) {
      const first = await room.show(`by=${by}`);
      if (first.predictions !== options.settlePredictions)
        throw new Error(`${first.predictions} predictions are shown`);
      const times = [first.ms];
      for (let run = 0; run < 4; run += 1) times.push((await room.show(`by=${by}`)).ms);
      const shown: Figure = { measure: `GET by=${by}`, subject: SUBJECT, unit: 'ms', values: times };
      figures.push(shown);
      budgets.push({ what: `monitor by=${by}`, limit: 300, figure: shown });
    }
    return {
      name: 'monitor',
      title: `A monitor of ${options.settlePredictions} predictions of ${DAYS} days`,
      subjects: [SUBJECT],
      comparisons: figures.map((one) => ({ measure: one.measure, figures: [one] })),
      budgets,
      notes: [
        `Each prediction has ${INPUTS} inputs, a class and a probability; 19 of 20 have a label. Quality is measured and estimated (CBPE).`,
        'Times are of one request within the process, five for each of the stored ones.',
      ],
    };
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

async function openRoom(data: string) {
  const resources = new AsyncDisposableStack();
  const [root, journals] = [join(data, 'lake'), join(data, 'journals')];
  const clock = { at: END, now: () => clock.at };
  const log = pino({ level: 'error' }, pino.destination(2));
  const telemetry = createTelemetry();
  const store = resources.use(await openStore({ database: 'sqlite', folder: data }));
  await store.migrate(migrations);
  const readable = [join(data, 'objects'), journals];
  const lake = resources.use(await openLake({ root, readable, memory: '1GB', threads: 2 }));
  const objects = resources.use(await openObjects(join(data, 'objects')));
  const ground = { store, lake, objects, clock, log, telemetry };
  const opened = resources.use(await openMonitoring({ ...ground, folder: journals, fsync: 'interval' }));
  const jobs = resources.use(createJobs(ground));
  const telling = createTelling({ webhookAllowedHosts: '', smtpUrl: undefined, smtpFrom: undefined });
  const [events, uploads] = [createEvents(ground), createUploads(ground)];
  const requests = { served: async () => null };
  const monitoring = createMonitoring({ ...ground, ...telling, requests, events, uploads, config: {} }, opened);
  monitoring.schedule(jobs);
  const http = await createHttp({
    config: { allowedHosts: '', maxUploadBytes: 1 << 20 },
    ...{ log, telemetry, access: localAccess, writes: noRecorder, plugins: [] },
    routes: [...monitoring.routes, ...createManifests({ store, kinds: monitoring.kinds }).routes],
  });
  const headers = { host: 'localhost' };
  await jobs.drain();
  return {
    opened,
    async apply() {
      const text = JSON.stringify({ apiVersion: 'steelyard/v1', kind: 'Monitor', metadata: { name: 'm' }, spec: SPEC });
      const payload = { documents: [{ file: 'm.yaml', text }] };
      const answer = await http.inject({ method: 'POST', url: '/api/v1/apply', headers, payload });
      if (answer.statusCode !== 200) throw new Error(answer.body);
    },
    async show(query: string) {
      const startedAt = performance.now();
      const answer = await http.inject({ method: 'GET', url: `/api/v1/monitors/m?${query}`, headers });
      const ms = performance.now() - startedAt;
      if (answer.statusCode !== 200) throw new Error(answer.body);
      const { windows } = answer.json<{ windows: { predictions: number }[] }>();
      return { ms, predictions: windows.reduce((sum, { predictions }) => sum + predictions, 0) };
    },
    /** The jobs of the next minute. */
    async build() {
      clock.at += MINUTE_MS;
      await jobs.drain();
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function fill({ predictions, labels }: OpenedMonitoring, count: number): Promise<void> {
  const stepMs = (DAYS * DAY_MS) / count;
  for (let from = 0; from < count; from += 10_000) {
    const numbers = Array.from({ length: Math.min(10_000, count - from) }, (_, at) => from + at);
    await predictions.append(numbers.map((number) => prediction(number, START + number * stepMs)));
    const labelled = numbers.filter((number) => number % UNLABELLED !== 0);
    await labels.append(labelled.map((number) => label(number, START + number * stepMs)));
  }
  for (const table of [predictions, labels]) {
    await table.settle();
    await table.compact();
  }
}

/** A number from 0 to 1 that follows from another. */
function draw(number: number, stream: number): number {
  const mixed = Math.imul(number ^ (stream * 0x9e3779b9), 0x85ebca6b);
  return ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 32;
}

function prediction(number: number, at: number): JournaledRow {
  const predictedAt = new Date(Math.floor(at)).toISOString();
  const inputs = Array.from({ length: INPUTS }, (_, input) => [
    `input_${input}`,
    Math.floor(draw(number, input) * 1e6) / 7,
  ]);
  const p = Math.round(draw(number, 99) * 1000) / 1000;
  return {
    ...{ prediction: `prediction-${number}`, model: 'model', modelVersion: '1', predictedAt, recordedAt: predictedAt },
    inputs: JSON.stringify(Object.fromEntries(inputs)),
    output: JSON.stringify({ answer: p >= 0.5 ? 'yes' : 'no', p }),
    latencyMs: Math.round(draw(number, 7) * 40_000) / 1000,
  };
}

function label(number: number, at: number): JournaledRow {
  const observedAt = new Date(Math.floor(at) + 3 * 3_600_000).toISOString();
  const isPositive = draw(number, 55) < Math.round(draw(number, 99) * 1000) / 1000;
  return {
    ...{ model: 'model', prediction: `prediction-${number}`, observedAt, recordedAt: observedAt },
    value: JSON.stringify(isPositive ? 'yes' : 'no'),
  };
}

function figure(measure: string, unit: Figure['unit'], value: number): Figure {
  return { measure, subject: SUBJECT, unit, values: [value] };
}
