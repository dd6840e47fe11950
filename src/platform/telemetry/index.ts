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
