import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { type Gpus, openGpuReadings } from './finops/gpus/index.ts';
import type { Ground } from './ground.ts';
import { migrations } from './migrations.ts';
import type { EndpointWrite } from './mlops/access/index.ts';
import { createMonitoring, journalFolder, openMonitoring } from './mlops/monitoring/index.ts';
import type { Serving } from './mlops/serving/index.ts';
import type { Tracking } from './mlops/tracking/index.ts';
import type { Webhooks } from './mlops/webhooks/index.ts';
import { createOrg, deleteMemberships } from './org/index.ts';
import { createAudit } from './platform/audit/index.ts';
import { createAuth, type FirstAccount, hasAccount } from './platform/auth/index.ts';
import { refuseHalfRestored, removeBackupLeftovers } from './platform/backup/index.ts';
import { type Config, sharesUser } from './platform/config/index.ts';
import { createEvents, type Events } from './platform/events/index.ts';
import { closeHttp, createHttp, docsPlugin, isLoopback, type Plugin, type Route } from './platform/http/index.ts';
import { createJobs, type Jobs } from './platform/jobs/index.ts';
import { damageText } from './platform/journal/index.ts';
import { type LakeDeps, openLake } from './platform/lake/index.ts';
import { createLifetime, type Lifetime } from './platform/lifetime/index.ts';
import { createManifests, type ManifestKind } from './platform/manifests/index.ts';
import { createTelling } from './platform/notices/index.ts';
import { openObjects, openRemoteObjects } from './platform/objects/index.ts';
import { lockFolder } from './platform/store/folder-lock.ts';
import { checkStoreAtStart, openStore, type Store } from './platform/store/index.ts';
import { createLog, createTelemetry, type Log } from './platform/telemetry/index.ts';
import { type Clock, systemClock } from './platform/units/index.ts';
import { openWebApp } from './platform/web/index.ts';
import { createAliasGovernance } from './tradeoff/decisions/index.ts';
import { createRecommendations } from './tradeoff/recommendations/index.ts';
import { createRetrainings } from './tradeoff/retraining/index.ts';
import { readVersion } from './version.ts';
import { wireFinops } from './wire-finops.ts';
import { gpuWork, spotDeadlines } from './wire-gpus.ts';
import { bucketWithDigests, wireIntegrity, wireTableRetention, withDigests } from './wire-integrity.ts';
import { wireMlops } from './wire-mlops.ts';
import { type SimulatedCluster, wirePipelines } from './wire-pipelines.ts';
import { servedRequests, wireServing } from './wire-serving.ts';
import { systemPlugin } from './wire-system.ts';
import { wireRetention, wireTradeoff } from './wire-tradeoff.ts';

/** Dependencies that a test or the command line may supply; all others are created here. */
export interface Overrides {
  readonly clock?: Clock;
  readonly log?: Log;
  readonly cluster?: SimulatedCluster;
  /** The lock of the data folder, where the caller holds it already; it is released with the application. */
  readonly lock?: Disposable;
}

export interface Application extends AsyncDisposable {
  readonly http: FastifyInstance;
  readonly store: Store;
  readonly events: Events;
  readonly jobs: Jobs;
  readonly config: Config;
  /** Lets commands on this machine in; null without accounts. */
  readonly localKey: string | null;
  /** Creates the first account if accounts are on and none exists. Its password is shown only once. */
  ensureFirstAccount(): Promise<FirstAccount | null>;
  /** Every kind that `steelyard apply` takes: the source of lists of kinds. */
  readonly manifestKinds: readonly ManifestKind[];
}

/** Time limit for closing all parts together: after SIGTERM a server ends within 10 s. */
const STOP_LIMIT_MS = 8_000;
/** Runs of pipelines that one server drives at the same time. */
const LONG_JOBS = 256;

/** A stopping server ends within 10 seconds: queries that still run after this time are interrupted. */
const CUT_OFF_AFTER_MS = 3_000;

/** Wires everything, once. The result answers requests by injection and listens when `listen` is called on its `http`. */
export async function createApplication(config: Config, overrides: Overrides = {}): Promise<Application> {
  const log = overrides.log ?? createLog(config.logLevel);
  const late = (place: number) => log.warn({ place }, 'a part of the server did not stop in time and was abandoned');
  const lifetime = createLifetime({ limitMs: STOP_LIMIT_MS, late });
  try {
    const opened = await open(config, { ...overrides, log }, lifetime);
    return { ...opened, config, [Symbol.asyncDispose]: () => lifetime[Symbol.asyncDispose]() };
  } catch (error) {
    await lifetime[Symbol.asyncDispose]();
    throw error;
  }
}

async function open(config: Config, overrides: Overrides & { readonly log: Log }, lifetime: Lifetime) {
  const folder = resolve(config.data);
  lifetime.use(overrides.lock ?? lockFolder(folder));
  const { store, lake, wasKilled } = await openEngines(config, folder, lifetime);
  const clock = overrides.clock ?? systemClock;
  const { log } = overrides;
  const telemetry = createTelemetry();
  await store.migrate(migrations);
  await lake.removeOrphans(store);
  const objects = lifetime.use(withDigests(await openObjects(join(folder, 'objects')), store));
  const artifacts =
    config.objects === undefined
      ? objects
      : lifetime.use(bucketWithDigests(await openRemoteObjects(config.objects, { clock }), store));
  const opening = { store, lake, clock, log, folder: journalFolder(folder), fsync: config.predictionFsync };
  const predictionLog = lifetime.use(await openMonitoring(opening));
  const gpuReadings = lifetime.use(await openGpuReadings(opening));
  const journals = [predictionLog.predictions, predictionLog.labels, gpuReadings];
  for (const journal of journals) telemetry.followJournal(() => journal.damage);
  const storeProblems = checkStoreBeside(store, wasKilled, log);
  const events = lifetime.use(createEvents({ store, clock, log, telemetry }));
  const jobs = createJobs({ store, clock, log, telemetry });
  const longJobs = createJobs({ store, clock, log, telemetry, concurrency: LONG_JOBS });
  const listening: { http: FastifyInstance | null } = { http: null };
  const contributorsRunCode = !sharesUser(config);
  const audit = lifetime.use(createAudit({ store, clock, log }));
  const guarding = { contributorsRunCode, accountDeleted: deleteMemberships, writes: audit };
  const auth = createAuth({ store, clock, config, ...guarding });
  const { kinds, routes, plugins, webhooks, tracking, executors, serving, gpus, checkWrite } = wire(
    [auth, audit],
    {
      config,
      folder,
      clock,
      log,
      telemetry,
      store,
      storeProblems,
      objects,
      artifacts,
      lake,
      predictionLog,
      gpuReadings,
      events,
      jobs,
      longJobs,
      writes: audit,
      address: () => addressOf(config, listening.http),
      stepTokens: auth.work,
    },
    overrides.cluster,
  );
  lifetime.use(executors);
  lifetime.use(gpus);
  lifetime.use(serving);
  lifetime.use(tracking);
  const guarded = {
    config: { ...config, allowedHosts: hostsOf(config) },
    access: auth.access,
    writes: audit,
    checkWrite,
    damage: () => damageText(journals.map((journal) => journal.damage)),
  };
  const web = await openWebApp(webBundle());
  const holdFiles = (answered: () => Promise<void>) => lake.hold(answered);
  const attached = { routes, holdFiles, plugins: [...plugins, web.plugin], notFoundPage: web.notFoundPage };
  const http = await createHttp({ ...guarded, log, telemetry, ...attached });
  listening.http = http;
  // Concurrently, each with its own grace period, and before the engines, because jobs watch work on them.
  const begun = [{ [Symbol.asyncDispose]: () => closeHttp(http) }, jobs, longJobs, webhooks];
  lifetime.use({ [Symbol.asyncDispose]: () => disposeAll(begun) });
  // Disposed first: interrupts lake queries that do not finish in time.
  lifetime.use({ [Symbol.dispose]: () => lake.interrupt(CUT_OFF_AFTER_MS) });
  events.start();
  webhooks.start();
  tracking.start();
  serving.start();
  gpus.start();
  jobs.start();
  longJobs.start();
  predictionLog.start();
  const { localKey, ensureFirstAccount } = auth;
  return { http, store, events, jobs, localKey, ensureFirstAccount, manifestKinds: kinds };
}

/** The store and the lake of a data folder, each checked before anything reads it. */
async function openEngines(config: Config, folder: string, lifetime: Lifetime) {
  refuseHalfRestored(folder);
  await removeBackupLeftovers(folder);
  const start = config.database === 'sqlite' ? lifetime.use(await checkStoreAtStart(folder)) : null;
  // Both open in other threads, so they run concurrently.
  const openingLake = openLake(lakeFolders(config, folder)).then((lake) => lifetime.use(lake));
  const openingStore = openStore({ database: config.database, folder }).then((store) => lifetime.use(store));
  await Promise.allSettled([openingLake, openingStore]);
  const [lake, store] = await Promise.all([openingLake, openingStore]);
  start?.confirm();
  return { store, lake, wasKilled: start?.wasKilled === true };
}

/**
 * Checks the pages of a store in the background: after a kill there is no earlier state to compare with, and a large store must not delay
 * the start of the server. Returns the problems found so far.
 */
function checkStoreBeside(store: Store, isNeeded: boolean, log: Log): () => readonly string[] {
  let problems: readonly string[] = [];
  const take = (found: readonly string[]) => {
    problems = found;
    if (found.length > 0) log.error({ problems: found.slice(0, 3) }, 'the store is damaged; restore a backup');
  };
  if (isNeeded)
    store.check().then(take, (error: unknown) => log.error({ err: error }, 'the store could not be checked'));
  return () => problems;
}

/** Disposes all parts concurrently; throws the first error after all have ended. */
async function disposeAll(parts: readonly AsyncDisposable[]): Promise<void> {
  const ends = await Promise.allSettled(parts.map((part) => part[Symbol.asyncDispose]()));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** URL for processes on this machine; a server on all addresses also listens on loopback. */
function addressOf({ host, port }: Config, http: FastifyInstance | null): string | null {
  const told = http?.server.address() ?? null;
  const taken = typeof told === 'object' && told !== null ? told.port : port;
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return taken === 0 ? null : `http://${name.includes(':') ? `[${name}]` : name}:${taken}`;
}

/** Allowed Host names: the listening address is one, unless it is a wildcard address. */
function hostsOf({ allowedHosts, host, publicUrl }: Config): string {
  const own = isLoopback(host) || host === '0.0.0.0' || host === '::' ? [] : [host];
  return [allowedHosts, ...own, ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname])].join(',');
}

function lakeFolders(config: Config, folder: string): LakeDeps {
  return {
    root: join(folder, 'lake'),
    readable: [join(folder, 'objects'), journalFolder(folder)],
    memory: config.lakeMemory,
    threads: config.lakeThreads ?? null,
  };
}

function wire(
  doors: readonly { readonly routes: readonly Route[] }[],
  ground: Ground,
  cluster?: SimulatedCluster,
): {
  kinds: ManifestKind[];
  routes: Route[];
  plugins: Plugin[];
  webhooks: Webhooks;
  tracking: Tracking;
  executors: AsyncDisposable;
  serving: Serving;
  gpus: Gpus;
  checkWrite: (request: EndpointWrite) => Promise<void>;
} {
  const org = createOrg({ ...ground, accounts: { has: hasAccount } });
  const finops = wireFinops({ ...ground, org });
  const onArtifacts = { ...ground, objects: ground.artifacts };
  const governance = createAliasGovernance(ground);
  const mlops = wireMlops(onArtifacts, finops, { org, governance });
  const { plugins: mlflow, door, access, ...mlopsFeatures } = mlops;
  finops.gpus.listen(ground.events, mlops.tracking);
  const { modelSteps, ...tradeoff } = wireTradeoff(ground, finops, mlops);
  const deadlines = spotDeadlines({ ...tradeoff, ...mlops });
  const { reservations: admission } = finops.budgets;
  const asked = { admission, runLog: mlops.tracking.runLog, models: modelSteps, deadlines };
  const { executors, pipelines } = wirePipelines({ ...onArtifacts, door }, asked, cluster);
  const telling = { ...createTelling(ground.config), requests: servedRequests(ground.store) };
  const watching = { ...ground, ...telling, uploads: finops.uploads };
  const monitoring = createMonitoring(watching, ground.predictionLog);
  monitoring.schedule(ground.jobs);
  const serving = wireServing(onArtifacts, { ...finops, ...mlops, org, monitoring, executors });
  const { decisions } = tradeoff;
  finops.gpus.learnOf(gpuWork({ tracking: mlops.tracking, pipelines }));
  const retraining = createRetrainings({ ...ground, ...finops, ...mlops, pipelines, monitoring, decisions });
  const recommendations = createRecommendations({
    ...{ ...ground, ...telling, ...finops, ...mlops, org, pipelines, decisions },
    serving: serving.use,
    publicUrl: ground.config.publicUrl ?? null,
    finders: [],
  });
  const ours = { pipelines, monitoring, serving, retraining, recommendations };
  const retention = wireRetention(onArtifacts, mlops, tradeoff);
  finops.billing.addDependent(decisions.standingOn);
  const aged = wireTableRetention(ground, { ...finops, monitoring });
  const kinds = [
    org,
    finops.sources,
    finops.allocation,
    finops.prices,
    finops.exchange,
    finops.tokens,
    finops.budgets,
    finops.gpus,
    finops.anomalies,
    ...Object.values(ours),
    tradeoff.gates,
    retention,
  ].flatMap((feature) => feature.kinds);
  const upkeep = wireIntegrity(ground, finops);
  const manifests = createManifests({ store: ground.store, kinds });
  const features = {
    ...{ org, executors, ...finops, ...mlopsFeatures, ...ours, ...tradeoff, retention, aged, ...upkeep, manifests },
  };
  const routes = [...doors, ...Object.values(features)].flatMap((feature) => feature.routes);
  const endpoints = routes.map((route) => route.endpoint);
  return {
    kinds,
    routes,
    webhooks: mlops.webhooks,
    tracking: mlops.tracking,
    executors,
    serving,
    gpus: finops.gpus,
    checkWrite: (request) => access.endpoint(request),
    plugins: [
      systemPlugin(ground.telemetry),
      ...mlflow,
      pipelines.plugin,
      serving.plugin,
      finops.gpus.plugin,
      docsPlugin(endpoints, readVersion()),
    ],
  };
}

/** `dist/web` next to the sources in a checkout, `web` next to the built server in a package. */
function webBundle(): string {
  const place = import.meta.filename.endsWith('.ts') ? '../dist/web' : '../web';
  return fileURLToPath(new URL(place, import.meta.url));
}
