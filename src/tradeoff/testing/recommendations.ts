import { setTimeout as pause } from 'node:timers/promises';
import { recordUsage } from '../../finops/metering/schema.ts';
import type { Application } from '../../main.ts';
import { createDdSketch } from '../../mlops/gateway/metrics/dd-sketch.ts';
import { saveTallies } from '../../mlops/gateway/metrics/store.ts';
import { SPANS } from '../../mlops/gateway/metrics/tally.ts';
import { linearGraph } from '../../mlops/serving/graphs.testing.ts';
import { type EndpointDetail, getEndpoint } from '../../mlops/serving/schema.ts';
import { applied } from '../../mlops/testing/pipelines.ts';
import { appliedEndpoint, registeredFiles } from '../../mlops/testing/serving.ts';
import { HOUR_MS } from '../../platform/units/durations.ts';
import { call } from '../../testing/application.ts';
import {
  findRecommendations,
  listRecommendations,
  type RecommendationList,
  type RecommendationSummary,
} from '../recommendations/schema.ts';

const book = (perHour: string) => `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: a list, prices: [{resource: machine, perHour: '${perHour}', effectiveFrom: 2026-01-01}]}
`;

export interface Past {
  /** Hours before now; those before it were not measured. */
  readonly hours: number;
  /** Requests of an hour; 0 is the newest. */
  readonly requests: (hoursAgo: number) => number;
  readonly replicas?: number;
  /** Milliseconds that an answer took. */
  readonly latencyMs?: number;
  /** Number of newest hours that also have minutes, each with a sixtieth of the requests. */
  readonly hoursOfMinutes?: number;
  /** Key of the price book that replicas are priced by. */
  readonly resource?: string;
  /** False: real replicas are metered in these hours. */
  readonly isMetered?: boolean;
}

/** For tests: an application with endpoints that really serve, and whose past is written as their metrics and meters write it. */
export class RecommendationRoom {
  readonly application: Application;
  readonly clock: { at: number };

  constructor(application: Application, clock: { at: number }) {
    this.application = application;
    this.clock = clock;
  }

  price(perHour: string) {
    return this.apply(book(perHour));
  }

  /** Applies documents. */
  apply(documents: string) {
    return applied(this.application, documents);
  }

  /** A live endpoint of one variant, `main`. */
  async endpoint(name: string, variant: object = {}, more: object = {}): Promise<EndpointDetail> {
    const version = await registeredFiles(this.application, 'ranker', { 'model.onnx': linearGraph([1, 1]) });
    const main = { model: 'ranker', version, backend: 'onnx', ...variant };
    return appliedEndpoint(this.application, name, { variants: { main }, ...more });
  }

  /** Traffic and cost of the endpoint in whole hours until the current one. */
  async past(endpoint: string, past: Past): Promise<void> {
    const {
      hours,
      requests,
      replicas = 1,
      latencyMs = 10,
      hoursOfMinutes = 0,
      resource = 'machine',
      isMetered = true,
    } = past;
    const now = this.clock.at - (this.clock.at % HOUR_MS);
    const detail = await this.shown(endpoint);
    const version = detail.variants[0]?.version ?? '1';
    const tally = (count: number, spanMs: number, at: number) => {
      const latency = createDdSketch();
      for (let each = 0; each < count; each += 1) latency.add(latencyMs);
      const endings = { answered: count, refused: 0, throttled: 0, failed: 0, lost: 0 };
      const what = {
        endpoint,
        variant: 'main',
        model: 'ranker',
        version,
        endings,
        latency,
        busy: { requests: 0, parts: [] },
        service: new Map(),
      };
      return { ...what, at, spanMs, replicaMs: replicas * spanMs, measuredMs: spanMs };
    };
    const tallies = Array.from({ length: hours }, (_, index) =>
      tally(requests(index), SPANS.hour, now - (index + 1) * HOUR_MS),
    );
    const minutes = Array.from({ length: hoursOfMinutes * 60 }, (_, index) =>
      tally(Math.ceil(requests(Math.floor(index / 60)) / 60), SPANS.minute, now - (index + 1) * SPANS.minute),
    );
    await this.application.store.transaction((sql) => saveTallies(sql, 'test', [...tallies, ...minutes]));
    if (replicas === 0 || !isMetered) return;
    const intervals = tallies.map(({ at }) => ({
      usage: `past:${endpoint}:${at}`,
      subject: { endpoint, model: 'ranker', modelVersion: version, purpose: 'inference' as const },
      resource,
      quantity: String(replicas),
      period: { start: new Date(at).toISOString(), end: new Date(at + HOUR_MS).toISOString() },
      predictions: 0,
      origin: 'test',
    }));
    await call(this.application, recordUsage, { body: { intervals } });
  }

  shown(endpoint: string): Promise<EndpointDetail> {
    return call(this.application, getEndpoint, { params: { endpoint } });
  }

  /** Scans now, and returns the list. */
  async found(state: 'open' | 'done' | 'closed' | 'all' = 'open'): Promise<RecommendationList> {
    await call(this.application, findRecommendations, { body: {} });
    return call(this.application, listRecommendations, { query: { state } });
  }

  /** The only one that is open. */
  async onlyOne(): Promise<RecommendationSummary> {
    const { recommendations } = await this.found();
    const [one, ...others] = recommendations;
    if (one === undefined || others.length > 0) throw new Error(`${recommendations.length} recommendations are open`);
    return one;
  }

  /** Waits until an endpoint has this many ready replicas; its clock advances in the meantime. */
  async untilReady(endpoint: string, replicas: number): Promise<void> {
    for (;;) {
      const [main] = (await this.shown(endpoint)).variants;
      if (main?.replicasReady === replicas && main.replicasWanted === replicas) return;
      this.clock.at += 20_000;
      await pause(LOOK_MS);
    }
  }
}

const LOOK_MS = 50;
