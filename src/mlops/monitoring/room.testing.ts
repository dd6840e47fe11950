import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { acknowledgementMigrations } from '../../platform/acknowledgements/index.ts';
import { buildUrl, type CallInput, type Endpoint, type ResponseOf } from '../../platform/contract/schema.ts';
import { createEvents, eventMigrations, type StoredEvent } from '../../platform/events/index.ts';
import { createHttp, localAccess, noRecorder } from '../../platform/http/index.ts';
import { testClock } from '../../platform/jobs/fixtures.testing.ts';
import { createJobs, jobMigrations } from '../../platform/jobs/index.ts';
import { journalMigrations } from '../../platform/journal/index.ts';
import { lakeMigrations, openLake } from '../../platform/lake/index.ts';
import { createManifests } from '../../platform/manifests/index.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { createTelling } from '../../platform/notices/index.ts';
import { createNotificationRoutes, notificationMigrations } from '../../platform/notification-routes/index.ts';
import { openObjects } from '../../platform/objects/index.ts';
import { openStore } from '../../platform/store/index.ts';
import { createTelemetry } from '../../platform/telemetry/index.ts';
import { HOUR_MS, MINUTE_MS } from '../../platform/units/durations.ts';
import { createUploads } from '../../platform/uploads/index.ts';
import { monitorMigrations } from '../monitors/index.ts';
import { openPredictions } from '../predictions/index.ts';
import { type Prediction, recordLabels, recordPredictions } from '../predictions/schema.ts';
import { qualityMigrations } from '../quality/index.ts';
import { AlertEpisode } from './alerts/episode/schema.ts';
import type { QualityEstimates, ServedRequests } from './alerts/ports.ts';
import { createMonitoring, monitoringMigrations } from './index.ts';

export interface RoomOptions {
  readonly database?: string;
  /** Port of a webhook receiver on this machine to which notices may be sent. */
  readonly receiverPort?: number;
  readonly estimates?: QualityEstimates;
  readonly served?: ServedRequests;
}

/** The dependencies of monitoring, all real except the clock. Servers on them evaluate alerts only when a test calls for it. */
export async function openRoom(options: RoomOptions = {}) {
  const { ground, opened, folder, dispose } = await openGround(options.database ?? 'sqlite');
  onTestFinished(dispose);
  const server = () => startServer(ground, opened, options);
  const settle = async () => {
    for (const table of [opened.predictions, opened.labels, opened.shadows]) await table.settle();
  };
  return {
    ...ground,
    folder,
    server,
    settle,
    secret: (name: string, value: string) => secretIn(folder, name, value),
  };
}

/** Store, lake and the tables of predictions in a new folder. */
export async function openGround(database: string) {
  const folder = mkdtempSync(join(tmpdir(), 'monitoring-room-'));
  const [root, journals] = [join(folder, 'lake'), join(folder, 'journals')];
  mkdirSync(journals);
  const clock = testClock('2026-11-10T12:00:00Z');
  const [log, telemetry] = [pino({ level: process.env.TEST_LOG ?? 'silent' }), createTelemetry()];
  const store = await openStore({ database, folder });
  await store.migrate({
    ...{ ...lakeMigrations, ...eventMigrations, ...jobMigrations, ...journalMigrations },
    ...{ ...monitorMigrations, ...qualityMigrations, ...monitoringMigrations },
    ...{ ...notificationMigrations, ...acknowledgementMigrations },
  });
  const readable = [join(folder, 'objects'), journals];
  const lake = await openLake({ root, readable, memory: '1GB', threads: 2 });
  const objects = await openObjects(join(folder, 'objects'));
  const opened = await openPredictions({ store, lake, clock, log, folder: journals, fsync: 'interval' });
  const dispose = async () => {
    for (const one of [opened, objects, lake, store]) await one[Symbol.asyncDispose]();
  };
  return { ground: { store, lake, objects, clock, log, telemetry }, opened, folder, dispose };
}

function secretIn(folder: string, name: string, value: string): string {
  const path = join(folder, name);
  writeFileSync(path, value);
  return `file:${path}`;
}

type Opened = Awaited<ReturnType<typeof openGround>>;

async function startServer(ground: Opened['ground'], opened: Opened['opened'], options: RoomOptions) {
  const { store, clock, log, telemetry } = ground;
  const jobs = createJobs({ store, clock, log, telemetry });
  const events = createEvents({ store, clock, log, telemetry });
  onTestFinished(() => jobs[Symbol.asyncDispose]());
  const heard: StoredEvent[] = [];
  events.subscribe('test', ['alert.opened', 'alert.changed', 'alert.closed'], async (event) => void heard.push(event));
  const telling = createTelling({
    webhookAllowedHosts: `127.0.0.1:${options.receiverPort ?? 1}`,
    smtpUrl: undefined,
    smtpFrom: undefined,
    publicUrl: undefined,
  });
  const notifications = createNotificationRoutes({ store, clock, log, jobs, ...telling });
  onTestFinished(() => notifications[Symbol.asyncDispose]());
  const { estimates, served } = options;
  const requests = served ?? { served: async () => null };
  const ports = estimates === undefined ? { requests } : { requests, estimates };
  const uploads = createUploads({ ...ground, config: { maxUploadBytes: 1 << 20 } });
  const owners = { teamOf: async () => null };
  const monitoring = createMonitoring(
    { ...ground, ...telling, ...ports, ...owners, events, uploads, config: { lastKnownSeconds: 900 } },
    opened,
  );
  monitoring.schedule(jobs);
  const manifests = createManifests({ store, kinds: monitoring.kinds });
  const http = await createHttp({
    config: { allowedHosts: '', maxUploadBytes: 1 << 20 },
    ...{ log, telemetry, access: localAccess, writes: noRecorder, plugins: [] },
    routes: [...monitoring.routes, ...manifests.routes],
  });
  // From now on it knows when the next minute begins.
  await jobs.drain();
  const drain = async () => {
    await jobs.drain();
    await events.drain();
    await notifications.drain();
  };
  return {
    ...{ http, jobs, events, heard },
    episodes: () => heard.map(({ type, payload }) => ({ type, ...AlertEpisode.parse(payload) })),
    /** A minute later, or more, all that is due is done. */
    async look(laterMs = MINUTE_MS) {
      clock.forward(laterMs);
      await drain();
    },
    drain,
    /** The call of the bridge when a retrained version has gone live. */
    retrained: (version: string, monitor = 'watch') =>
      store.transaction((sql) =>
        monitoring.retrained(sql, monitor, { version, at: new Date(clock.now()).toISOString() }),
      ),
    async apply(spec: object, name = 'watch') {
      const text = JSON.stringify({ apiVersion: 'steelyard/v1', kind: 'Monitor', metadata: { name }, spec });
      return call({ http }, postApply, { body: { documents: [{ file: 'monitor.yaml', text }] } });
    },
    async predict(predictions: readonly Partial<Prediction>[]) {
      for (let from = 0; from < predictions.length; from += 5000) {
        const sent = predictions.slice(from, from + 5000).map((each, at) => ({
          ...{ prediction: `p${from + at}`, model: 'ranker', output: 'yes' },
          ...each,
        }));
        const { rejected } = await call({ http }, recordPredictions, { body: { predictions: sent } });
        if (rejected.length > 0) throw new Error(JSON.stringify(rejected[0]));
      }
    },
    label: (labels: readonly { prediction: string; value: string | number }[]) =>
      call({ http }, recordLabels, { body: { model: 'ranker', labels: [...labels] } }),
  };
}

export type Room = Awaited<ReturnType<typeof openRoom>>;
export type Server = Awaited<ReturnType<Room['server']>>;

/** Calls an endpoint of a test server. A status other than 200 throws an error with the problem document. */
export async function call<E extends Endpoint>(
  { http }: { readonly http: FastifyInstance },
  target: E,
  input: CallInput<E> = {},
): Promise<ResponseOf<E>> {
  const asked = { method: target.method, url: buildUrl(target, input), headers: { host: 'localhost' } };
  const answer = await http.inject(input.body === undefined ? asked : { ...asked, payload: input.body as object });
  if (answer.statusCode !== 200) throw Object.assign(new Error(answer.body), { problem: answer.json() });
  return answer.json();
}

/** The problem document of a call that must fail. */
export async function problemFrom(calling: Promise<unknown>): Promise<Record<string, unknown>> {
  const error: unknown = await calling.then(
    () => new Error('the call succeeded'),
    (failure: unknown) => failure,
  );
  if (error instanceof Error && 'problem' in error) return error.problem as Record<string, unknown>;
  throw error;
}

/** UTC instant of an hour of the first day of the test clock. */
export function hour(hours: number): string {
  return new Date(Date.parse('2026-11-10T00:00:00Z') + hours * HOUR_MS).toISOString();
}
