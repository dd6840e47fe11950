import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { migrations } from '../src/app/migrations.ts';
import { createMonitoring } from '../src/mlops/monitoring/index.ts';
import { type OpenedPredictions, openPredictions } from '../src/mlops/predictions/index.ts';
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
import { DAY_MS, MINUTE_MS } from '../src/platform/units/durations.ts';
import { createUploads } from '../src/platform/uploads/index.ts';
import type { CaseContext } from './case-context.ts';
import type { CaseReport, Figure } from './report.ts';

const SUBJECT = 'Steelyard';
const DAYS = 1_464;
const INPUTS = 16;
const COUNTRIES = 12;
const END = Date.UTC(2026, 10, 30);
const START = END - DAYS * DAY_MS;
/** One in this many predictions has no label yet. */
const UNLABELLED = 20;

const SPEC = {
  model: 'model',
  quality: { kind: 'classification', output: 'answer', positive: 'yes', probability: 'p' },
  estimate: { reference: { start: new Date(START).toISOString(), end: new Date(START + 365 * DAY_MS).toISOString() } },
};

/** A request of the monitor pages: of the list, of one monitor with the ranges that can be chosen there, and of all days. */
interface Question {
  readonly name: string;
  readonly path: string;
  /** True if the windows of the answer contain every prediction. */
  readonly isWhole: boolean;
}

const since = (days: number) => new Date(END - days * DAY_MS).toISOString();
const monitorPath = (query: string) => `/api/v1/monitors/m?${query}`;
const QUESTIONS: readonly Question[] = [
  { name: 'list: monitors', path: '/api/v1/monitors', isWhole: false },
  { name: 'list: by day, 14 days', path: monitorPath(`by=day&start=${since(14)}`), isWhole: false },
  { name: 'list: open alerts', path: '/api/v1/alerts?open=true&pageSize=200', isWhole: false },
  { name: 'by hour, 2 days', path: monitorPath(`by=hour&start=${since(2)}`), isWhole: false },
  { name: 'by day, 30 days', path: monitorPath(`by=day&start=${since(30)}`), isWhole: false },
  // Monday.
  { name: 'by week, half a year', path: monitorPath('by=week&start=2026-05-25T00:00:00Z'), isWhole: false },
  { name: 'by month, a year', path: monitorPath('by=month&start=2025-11-01T00:00:00Z'), isWhole: false },
  { name: 'by country, 2 days', path: monitorPath(`by=all&slice=country&start=${since(2)}`), isWhole: false },
  { name: 'by country, 30 days', path: monitorPath(`by=all&slice=country&start=${since(30)}`), isWhole: false },
  {
    name: 'by country, half a year',
    path: monitorPath('by=all&slice=country&start=2026-05-25T00:00:00Z'),
    isWhole: false,
  },
  { name: 'by country, a year', path: monitorPath('by=all&slice=country&start=2025-11-01T00:00:00Z'), isWhole: false },
  { name: 'by country, all', path: monitorPath('by=all&slice=country'), isWhole: true },
  { name: 'one version, all', path: monitorPath('by=all&modelVersion=1'), isWhole: true },
  { name: 'by day, all', path: monitorPath('by=day'), isWhole: true },
  { name: 'by week, all', path: monitorPath('by=week'), isWhole: true },
  { name: 'by month, all', path: monitorPath('by=month'), isWhole: true },
  { name: 'all time', path: monitorPath('by=all'), isWhole: true },
];
const WARM_REQUESTS = 20;

/** A monitor over four years of labelled predictions: every request of its pages, first after a start and then again. */
export async function measureMonitor({ options, folder, report }: CaseContext): Promise<CaseReport> {
  const data = join(folder, 'monitor');
  mkdirSync(join(data, 'journals'), { recursive: true });
  const count = options.settlePredictions;
  try {
    report(`monitor: ${count} predictions of ${DAYS} days`);
    const figures = await storeWindows(data, count, report);
    const budgets: CaseReport['budgets'][number][] = [];
    for (const question of QUESTIONS) {
      report(`monitor: ${question.name}`);
      for (const shown of await measureQuestion(data, question, count)) {
        figures.push(shown);
        budgets.push({ what: shown.measure, limit: 300, figure: shown });
      }
    }
    return {
      name: 'monitor',
      title: `A monitor of ${count} predictions of ${DAYS} days`,
      subjects: [SUBJECT],
      comparisons: figures.map((one) => ({ measure: one.measure, figures: [one] })),
      budgets,
      notes: [
        `Each prediction has ${INPUTS} inputs, a class and a probability; 19 of 20 have a label. Quality is measured and estimated (CBPE).`,
        `Each request is the first after the data folder was opened, and then made ${WARM_REQUESTS} times; within the process, without the network.`,
      ],
    };
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

async function storeWindows(data: string, count: number, report: CaseContext['report']): Promise<Figure[]> {
  await using room = await openRoom(data);
  await fill(room.opened, count);
  await room.apply();
  report('monitor: without stored windows');
  const timed = async (query: string) => (await room.show(monitorPath(query))).ms;
  const computed = [
    figure('by month, all, without stored windows', 'ms', await timed('by=month')),
    figure(
      'by country, a year, without stored rows',
      'ms',
      await timed('by=all&slice=country&start=2025-11-01T00:00:00Z'),
    ),
  ];
  report('monitor: store its windows and rows');
  const whole = figure('store the windows and rows', 's', await room.build());
  return [...computed, whole];
}

async function measureQuestion(data: string, { name, path, isWhole }: Question, count: number): Promise<Figure[]> {
  await using room = await openRoom(data);
  const times: number[] = [];
  for (let request = 0; request <= WARM_REQUESTS; request += 1) {
    const { ms, predictions } = await room.show(path);
    if (isWhole && predictions !== count) throw new Error(`${name}: ${predictions} predictions are shown`);
    times.push(ms);
  }
  return [
    { measure: `${name}: first after a start`, subject: SUBJECT, unit: 'ms', values: times.slice(0, 1) },
    { measure: name, subject: SUBJECT, unit: 'ms', values: times.slice(1) },
  ];
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
  const opened = resources.use(await openPredictions({ ...ground, folder: journals, fsync: 'interval' }));
  const jobs = resources.use(createJobs(ground));
  const telling = createTelling({
    webhookAllowedHosts: '',
    smtpUrl: undefined,
    smtpFrom: undefined,
    publicUrl: undefined,
  });
  const [events, uploads] = [createEvents(ground), createUploads({ ...ground, config: { maxUploadBytes: 1 << 30 } })];
  const requests = { served: async () => null };
  const teamOf = async () => null;
  const monitoring = createMonitoring(
    { ...ground, ...telling, requests, teamOf, events, uploads, config: { lastKnownSeconds: 900 } },
    opened,
  );
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
    async show(url: string) {
      const startedAt = performance.now();
      const answer = await http.inject({ method: 'GET', url, headers });
      const ms = performance.now() - startedAt;
      if (answer.statusCode !== 200) throw new Error(answer.body);
      const { windows = [] } = answer.json<{ windows?: { predictions: number }[] }>();
      return { ms, predictions: windows.reduce((sum, { predictions }) => sum + predictions, 0) };
    },
    /** Seconds that the jobs of the next minute take. */
    async build(): Promise<number> {
      clock.at += MINUTE_MS;
      const startedAt = performance.now();
      await jobs.drain();
      return (performance.now() - startedAt) / 1000;
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function fill({ predictions, labels }: OpenedPredictions, count: number): Promise<void> {
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
    inputs: JSON.stringify({ ...Object.fromEntries(inputs), country: `country-${number % COUNTRIES}` }),
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
