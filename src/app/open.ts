import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { openGpuReadings } from '../finops/gpu-telemetry/index.ts';
import { openPredictions } from '../mlops/predictions/index.ts';
import { deleteMemberships, findProjectsOf, findTeamsOf, setGroupMemberships } from '../org/index.ts';
import { createAudit } from '../platform/audit/index.ts';
import { createAuth } from '../platform/auth/index.ts';
import type { Config } from '../platform/config/index.ts';
import { isUserShared, parseRoles } from '../platform/config/index.ts';
import { createEvents } from '../platform/events/index.ts';
import { closeHttp, createHttp, isLoopback, type WorkGrant } from '../platform/http/index.ts';
import { createJobs } from '../platform/jobs/index.ts';
import { describeDamages } from '../platform/journal/index.ts';
import type { Lake } from '../platform/lake/index.ts';
import type { Lifetime } from '../platform/lifetime/index.ts';
import type { Sql, Store } from '../platform/store/index.ts';
import { createTelemetry, type Log } from '../platform/telemetry/index.ts';
import { type Clock, systemClock } from '../platform/units/index.ts';
import { openWebApp } from '../platform/web/index.ts';
import { finishRemoval } from '../tradeoff/demo-data/index.ts';
import { deleteSchedulesOfAccount } from '../tradeoff/view-schedules/index.ts';
import { deletePrivateViews } from '../tradeoff/views/index.ts';
import { openEngines } from './engines.ts';
import { createHealth } from './health.ts';
import { keepLastChecks } from './last-checks.ts';
import { createRoleCheck, enterDataFolder, findOwnUrl, type ServerPlace, takePlace } from './servers.ts';
import { wire } from './wire.ts';
import type { SimulatedCluster } from './wire-pipelines.ts';

export interface OpenDeps {
  readonly log: Log;
  readonly clock?: Clock;
  readonly cluster?: SimulatedCluster;
  /** Key of commands on this machine; a new one when left out. */
  readonly localKey?: string;
  /** Closes the application and opens it again. Left out: it stays as it is until its next start. */
  readonly restart?: () => void;
  /** The lock of the data folder, where the caller holds it already; it is released with the application. */
  readonly lock?: Disposable;
}

/** Runs of pipelines that one server drives at the same time. */
const LONG_JOBS = 256;

/** A stopping server ends within 10 seconds: queries that still run after this time are interrupted. */
const CUT_OFF_AFTER_MS = 3_000;

/** Opens the engines of a data folder, wires all nouns on them and starts their background work. */
export async function open(
  config: Config,
  { log, clock = systemClock, cluster, lock, localKey: givenKey, restart = () => undefined }: OpenDeps,
  lifetime: Lifetime,
) {
  const folder = resolve(config.data);
  enterDataFolder(config, folder, lock, lifetime);
  const { store, lake, lakePlaces, isLakeSwept, objects, artifacts, storeProblems } = await openEngines(
    { config, folder, clock, log },
    lifetime,
  );
  if (config.server === undefined && (await finishRemoval({ folder, store, lake, objects, artifacts })))
    log.info('the demo data are removed');
  const listening: { http: FastifyInstance | null } = { http: null };
  const url = () => findOwnUrl(config, listening.http);
  const place = await takePlace({ config, folder, store, lake, isLakeSwept, clock, log, url, restart }, lifetime);
  const telemetry = createTelemetry();
  const { predictionLog, gpuReadings, journals } = await openJournals(
    { config, store, lake, clock, log, place },
    lifetime,
  );
  for (const journal of journals) telemetry.followJournal(() => journal.damage);
  telemetry.followDisk(folder);
  const events = lifetime.use(createEvents({ store, clock, log, telemetry }));
  const jobs = createJobs({ store, clock, log, telemetry });
  const longJobs = createJobs({ store, clock, log, telemetry, concurrency: LONG_JOBS });
  const writes = lifetime.use(createAudit({ store, clock, log }));
  const contributorsRunCode = !isUserShared(config);
  const accountDeleted = async (sql: Sql, account: string) => {
    await deleteMemberships(sql, account);
    await deletePrivateViews(sql, account);
    await deleteSchedulesOfAccount(sql, account);
  };
  // Found by nouns that are wired after the accounts.
  const readers: { teamOfWork: (work: WorkGrant) => Promise<string | null> } = { teamOfWork: async () => null };
  const auth = createAuth({
    ...{ store, clock, config, log, writes, contributorsRunCode, accountDeleted, givenKey },
    setMemberships: setGroupMemberships,
    teamsOf: findTeamsOf,
    projectsOf: findProjectsOf,
    teamOfWork: async (work) => readers.teamOfWork(work),
  });
  const wired = wire(
    {
      ...{ config, folder, place, clock, log, telemetry, store, storeProblems, lake, lakePlaces },
      ...{ objects, artifacts },
      ...{ predictionLog, gpuReadings, events, jobs, longJobs, writes },
      address: () => findLocalUrl(config, listening.http),
      stepTokens: auth.work,
      findVisible: auth.findVisible,
      localKey: auth.localKey,
      restart,
    },
    [auth, writes],
    cluster,
  );
  const { webhooks, notifications, tracking, serving, gpuTelemetry, demoData, lakeMoves } = wired;
  const health = createHealth({ config, serving });
  readers.teamOfWork = wired.teamOfWork;
  for (const part of [auth, wired.executors, gpuTelemetry, serving, tracking, demoData, lakeMoves]) lifetime.use(part);
  await demoData.open();
  const web = await openWebApp(findWebBundle());
  const http = await createHttp({
    ...{ log, telemetry, access: auth.access, writes, admitData: demoData.admit, routes: wired.routes },
    checkWrite: wired.checkWrite,
    checkRead: keepLastChecks(wired.checkRead, { clock, maxAgeMs: 1000 * config.lastKnownSeconds }),
    isDraining: health.isDraining,
    config: { ...config, allowedHosts: listAllowedHosts(config) },
    checkRole: createRoleCheck(config),
    plugins: [health.plugin, ...wired.plugins, ...auth.plugins, web.plugin],
    notFoundPage: web.notFoundPage,
    damage: () => describeDamages(journals.map((journal) => journal.damage)),
    holdFiles: (answered) => lake.hold(answered),
  });
  listening.http = http;
  // Concurrently, each with its own grace period, and before the engines, because jobs watch work on them.
  const background = [{ [Symbol.asyncDispose]: () => closeHttp(http) }, jobs, longJobs, webhooks, notifications];
  lifetime.use({ [Symbol.asyncDispose]: () => disposeAll(background) });
  // Disposed first: interrupts lake queries that do not finish in time.
  lifetime.use({ [Symbol.dispose]: () => lake.interrupt(CUT_OFF_AFTER_MS) });
  const roles = parseRoles(config.roles);
  const working = [events, webhooks, notifications, tracking, jobs, longJobs];
  if (roles.includes('worker')) for (const part of working) part.start();
  if (roles.includes('gateway')) serving.start();
  // Every server settles its journals, and follows a move of the lake.
  for (const part of [auth, gpuTelemetry, predictionLog, lakeMoves]) part.start();
  place.start(serving.takeFiles);
  const { localKey, ensureFirstAccount } = auth;
  const parts = { http, store, events, jobs, notifications, drain: health.drain };
  return { ...parts, localKey, ensureFirstAccount, manifestKinds: wired.kinds };
}

interface JournalDeps {
  readonly config: Config;
  readonly store: Store;
  readonly lake: Lake;
  readonly clock: Clock;
  readonly log: Log;
  readonly place: ServerPlace;
}

/** Opens the tables that have journals. */
async function openJournals({ config, place, ...engines }: JournalDeps, lifetime: Lifetime) {
  const deps = { ...engines, folder: place.journalFolder, shared: place.shared, fsync: config.predictionFsync };
  const predictionLog = lifetime.use(await openPredictions(deps));
  const gpuReadings = lifetime.use(await openGpuReadings(deps));
  const { predictions, labels, shadows } = predictionLog;
  return { predictionLog, gpuReadings, journals: [predictions, labels, shadows, gpuReadings] };
}

/** Disposes all parts concurrently; throws the first error after all have ended. */
async function disposeAll(parts: readonly AsyncDisposable[]): Promise<void> {
  const ends = await Promise.allSettled(parts.map((part) => part[Symbol.asyncDispose]()));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** URL for processes on this machine; a server on all addresses also listens on loopback. null: the port is not known yet. */
function findLocalUrl({ host, port, tlsCertFile }: Config, http: FastifyInstance | null): string | null {
  const bound = http?.server.address() ?? null;
  // With TLS the plain listener is for this machine only.
  if (tlsCertFile !== undefined)
    return typeof bound === 'object' && bound !== null ? `http://127.0.0.1:${bound.port}` : null;
  const boundPort = typeof bound === 'object' && bound !== null ? bound.port : port;
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return boundPort === 0 ? null : `http://${name.includes(':') ? `[${name}]` : name}:${boundPort}`;
}

/** Allowed Host names: the listening address is one, unless it is a wildcard address. */
function listAllowedHosts({ allowedHosts, host, publicUrl }: Config): string {
  const own = isLoopback(host) || host === '0.0.0.0' || host === '::' ? [] : [host];
  return [allowedHosts, ...own, ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname])].join(',');
}

/** `dist/web` next to the sources in a checkout, `web` next to the built server in a package. */
function findWebBundle(): string {
  const place = import.meta.filename.endsWith('.ts') ? '../../dist/web' : '../web';
  return fileURLToPath(new URL(place, import.meta.url));
}
