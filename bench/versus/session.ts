import { type Connection, driveLoad } from '../http-load.ts';
import type { Figure } from '../report.ts';
import type { ServerProcess } from '../server-process.ts';
import { percentile } from '../statistics.ts';
import type { RunFacts } from './runs.ts';

/** How much of everything; the same on every side. */
export interface Sizes {
  /** Time for which one load is driven. */
  readonly loadMs: number;
  /** Times that one call is timed, after three that are not. */
  readonly times: number;
  readonly runs: readonly number[];
  readonly historyPoints: number;
  readonly versions: number;
  readonly artifactBytes: number;
  readonly spans: number;
}

/** One measured server. Cases record their measurements and answers; sides are compared later. */
export interface Session {
  readonly subject: string;
  readonly server: ServerProcess;
  readonly connection: Connection;
  readonly sizes: Sizes;
  /** Writes runs or versions directly into the other server's tables; null where all writes use REST. */
  readonly insert: DirectInsert | null;
  measured(measure: string, unit: Figure['unit'], value: number): void;
  /** Records an answer that must be equal on every side. */
  answered(question: string, answer: unknown): void;
}

export interface DirectInsert {
  runs(experimentId: string, runs: readonly RunFacts[]): Promise<void>;
}

export type VersusCase = (session: Session) => Promise<void>;

const WARM_UPS = 3;

/** Closed loop of senders: requests a second and latencies. */
export async function measureLoad(
  { measured, sizes }: Session,
  label: string,
  senders: readonly (() => Promise<void>)[],
): Promise<void> {
  await driveLoad(senders, 0, WARM_UPS);
  const { durationMs, latenciesMs } = await driveLoad(senders, sizes.loadMs, 20);
  measured(`${label}: requests`, 'requests/s', latenciesMs.length / (durationMs / 1000));
  measured(`${label}: p50`, 'ms', percentile(latenciesMs, 0.5));
  measured(`${label}: p95`, 'ms', percentile(latenciesMs, 0.95));
  measured(`${label}: p99`, 'ms', percentile(latenciesMs, 0.99));
}

/** A call that takes seconds is measured often enough by then. */
const LONGEST_MS = 10_000;
const FEWEST_CALLS = 5;

/** One call after the other: `times`, or fewer where they take long. */
export async function measureCall(
  { measured, sizes }: Session,
  label: string,
  call: () => Promise<unknown>,
  times = sizes.times,
): Promise<void> {
  for (let warmUp = 0; warmUp < Math.min(WARM_UPS, times); warmUp++) await call();
  const latenciesMs: number[] = [];
  const begunAt = performance.now();
  const enough = () => latenciesMs.length >= FEWEST_CALLS && performance.now() - begunAt > LONGEST_MS;
  while (latenciesMs.length < times && !enough()) {
    const startedAt = performance.now();
    await call();
    latenciesMs.push(performance.now() - startedAt);
  }
  measured(`${label}: p50`, 'ms', percentile(latenciesMs, 0.5));
  measured(`${label}: p95`, 'ms', percentile(latenciesMs, 0.95));
}

export const API = '/api/2.0/mlflow';

export function post(session: Session, path: string, body: object, connection = session.connection): Promise<unknown> {
  return connection.json({ method: 'POST', url: `${session.server.url}${API}/${path}`, body: JSON.stringify(body) });
}

export function get(session: Session, path: string, query: Readonly<Record<string, string>>): Promise<unknown> {
  const url = `${session.server.url}${API}/${path}?${new URLSearchParams(query)}`;
  return session.connection.json({ method: 'GET', url });
}
