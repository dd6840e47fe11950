import { statfs } from 'node:fs/promises';
import { type Logger, pino } from 'pino';
import { Counter, collectDefaultMetrics, Gauge, Histogram, register as processRegistry, Registry } from 'prom-client';

export type Log = Logger;

/** JSON lines to stderr, because stdout is reserved for the output of a command. */
export function createLog(level: string): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
}

export interface Telemetry {
  /** Prometheus text exposition of everything below and of Node's own metrics. */
  exposition(): Promise<{ contentType: string; text: string }>;
  readonly httpDuration: Histogram<'method' | 'route' | 'status'>;
  readonly jobs: Counter<'kind' | 'outcome'>;
  readonly events: Counter<'subscriber' | 'outcome'>;
  readonly eventsBehind: Gauge<'subscriber'>;
  readonly predictionLog: Counter<'endpoint' | 'outcome'>;
  readonly predictionLogWaiting: Followed;
  /** Journals of which damage is counted whenever metrics are read. */
  followJournal(damage: () => JournalDamageCounts): void;
  /** Folder of which the disk is measured whenever metrics are read. */
  followDisk(folder: string): void;
}

interface JournalDamageCounts {
  readonly table: string;
  readonly spotsSetAside: number;
  readonly segmentsKept: number;
}

/** A gauge that reads its value at each scrape. */
export interface Followed {
  follow(value: () => number): void;
}

export function createTelemetry(): Telemetry {
  collectProcessMetrics();
  const registry = new Registry();
  const registers = [registry];
  return {
    exposition: async () => {
      const text = await Registry.merge([processRegistry, registry]).metrics();
      return { contentType: registry.contentType, text };
    },
    httpDuration: new Histogram({
      name: 'steelyard_http_request_duration_seconds',
      help: 'Time from the request line to the last byte of the response, in seconds',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
    jobs: new Counter({
      name: 'steelyard_jobs_total',
      help: 'Background jobs that ended, by kind and outcome (done, retried, failed)',
      labelNames: ['kind', 'outcome'],
      registers,
    }),
    events: new Counter({
      name: 'steelyard_events_total',
      help: 'Events delivered to subscribers, by outcome (done, retried, parked)',
      labelNames: ['subscriber', 'outcome'],
      registers,
    }),
    eventsBehind: new Gauge({
      name: 'steelyard_events_behind',
      help: 'Events that wait for delivery to a subscriber',
      labelNames: ['subscriber'],
      registers,
    }),
    predictionLog: new Counter({
      name: 'steelyard_prediction_log_total',
      help: 'Answered predictions by outcome in the prediction log (kept, withoutContent, sampledOut; behind, failed: not kept; shadowKept, shadowDropped: of shadow variants)',
      labelNames: ['endpoint', 'outcome'],
      registers,
    }),
    predictionLogWaiting: createFollowedGauge(registers),
    followJournal: createJournalDamageGauge(registers),
    followDisk: createDiskGauge(registers),
  };
}

/**
 * Node's own metrics, once a process: prom-client starts a garbage-collection observer and a 10 ms timer for each registry it
 * collects them in and has no way to stop them, so that a registry of an application would never be freed.
 */
function collectProcessMetrics(): void {
  if (processRegistry.getSingleMetric('process_cpu_seconds_total') === undefined) collectDefaultMetrics();
}

function createJournalDamageGauge(registers: Registry[]): Telemetry['followJournal'] {
  const followed: (() => JournalDamageCounts)[] = [];
  new Gauge({
    name: 'steelyard_journal_damage',
    help: 'Isolated damaged places of a journal (spots), and segments that cannot be moved into the lake (segments)',
    labelNames: ['table', 'kind'],
    registers,
    collect() {
      for (const { table, spotsSetAside, segmentsKept } of followed.map((damage) => damage())) {
        this.set({ table, kind: 'spots' }, spotsSetAside);
        this.set({ table, kind: 'segments' }, segmentsKept);
      }
    },
  });
  return (damage) => void followed.push(damage);
}

/** A disk that cannot be read has no value, because 0 would be a full one. */
function createDiskGauge(registers: Registry[]): Telemetry['followDisk'] {
  let followed: string | null = null;
  new Gauge({
    name: 'steelyard_data_disk_bytes',
    help: 'Disk of the data folder: bytes that the server can still write (free), and all bytes (size)',
    labelNames: ['kind'],
    registers,
    async collect() {
      this.reset();
      const disk = followed === null ? null : await statfs(followed).catch(() => null);
      if (disk === null) return;
      this.set({ kind: 'free' }, disk.bavail * disk.bsize);
      this.set({ kind: 'size' }, disk.blocks * disk.bsize);
    },
  });
  return (folder) => {
    followed = folder;
  };
}

function createFollowedGauge(registers: Registry[]): Followed {
  let current = () => 0;
  new Gauge({
    name: 'steelyard_prediction_log_waiting_bytes',
    help: 'Bytes of answered predictions that wait for the prediction log',
    registers,
    collect() {
      this.set(current());
    },
  });
  return {
    follow(value) {
      current = value;
    },
  };
}
