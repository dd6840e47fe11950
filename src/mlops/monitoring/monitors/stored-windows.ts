import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { Objects } from '../../../platform/objects/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import { UtcInstant } from '../../../platform/units/schema.ts';
import type { Selection } from '../predictions/labelled.ts';
import { Estimation, type Monitor, type MonitorSpec, MonitorWindow } from './schema.ts';
import { findMonitors } from './store.ts';
import { type Tables, watched } from './windows.ts';
import type { Cut } from './windows-sql.ts';

interface StoredWindowsDeps extends Tables {
  readonly store: Store;
  readonly objects: Objects;
  readonly clock: Clock;
  readonly log: Log;
}

const FOLDER = 'monitoring/windows';
const STORED = ['day', 'week', 'month', 'all'] as const;
type StoredCut = (typeof STORED)[number];

/** When computing takes no longer than this, a request computes rather than getting windows of a minute ago. */
const SHORT_MS = 1_000;
/** A build may take this share of the time, so that steady traffic on a large history does not keep the server busy. */
const BUSY_SHARE = 0.1;
/** Windows older than this, and than twenty builds take, are not shown once rows have come since. */
const STALE_MS = 10 * 60_000;

/** What one request by this cut answers, of all predictions and labels that were there. */
const StoredWindows = z.strictObject({
  /** Digest of what the monitor says of windows. */
  spec: z.string(),
  /** Of predictions and labels, as `JournaledTable.state` names them. */
  state: z.string(),
  knownAt: UtcInstant,
  buildMs: z.number(),
  windows: z.array(MonitorWindow),
  estimation: Estimation.nullable(),
  unmatchedLabels: z.number(),
});
type StoredWindows = z.infer<typeof StoredWindows>;

type WindowQuestion = Cut & Omit<Selection, 'model'>;

/**
 * The stored windows that answer a question about a monitor: all of its predictions by day, week, month or together, or those of a time that
 * begins and ends with a window. Null: the question is another one, nothing is stored yet, or rows came since and the answer is computed quickly.
 * Rows that came since are otherwise left out, as `knownAt` says.
 */
export async function findStoredWindows(deps: StoredWindowsDeps, monitor: Monitor, question: WindowQuestion) {
  const by = storedCut(question);
  if (by === null) return null;
  const found = await readStored(deps.objects, monitor, by);
  if (found === null) return null;
  const now = deps.clock.now();
  const isCurrent = found.state === (await stateOf(deps));
  if (!isCurrent) {
    const ageMs = now - Date.parse(found.knownAt);
    if (found.buildMs < SHORT_MS || ageMs > Math.max(STALE_MS, found.buildMs * 20)) return null;
  }
  const { estimation, unmatchedLabels } = found;
  const knownAt = isCurrent ? new Date(now).toISOString() : found.knownAt;
  return { knownAt, estimation, unmatchedLabels, windows: windowsBetween(found.windows, question) };
}

/** Stores the windows of every monitor whose predictions, labels or text have changed since. One that cannot be computed is left for the next time. */
export async function storeWindows(deps: StoredWindowsDeps, signal: AbortSignal): Promise<void> {
  for (const monitor of await findMonitors(deps.store)) {
    for (const by of STORED) {
      if (signal.aborted) return;
      try {
        await storeCut(deps, monitor, by);
      } catch (error) {
        if (signal.aborted) return;
        deps.log.error({ err: error, monitor: monitor.monitor, by }, 'the windows of a monitor could not be stored');
      }
    }
  }
}

async function storeCut(deps: StoredWindowsDeps, monitor: Monitor, by: StoredCut): Promise<void> {
  const before = await readStored(deps.objects, monitor, by);
  const state = await stateOf(deps);
  if (before?.state === state) return;
  const now = deps.clock.now();
  if (before !== null && !isDue(deps, before, now)) return;
  const { spec } = monitor;
  const knownAt = new Date(now).toISOString();
  const startedAt = performance.now();
  const shown = await watched(deps, { spec, selection: { model: spec.model, knownAt }, by });
  const buildMs = performance.now() - startedAt;
  const stored: StoredWindows = { spec: specDigest(spec), state, knownAt, buildMs, ...shown };
  await deps.objects.put(keyOf(monitor, by), JSON.stringify(stored));
}

/** What is computed quickly waits until rows are settled: until then requests compute it. */
function isDue({ predictions, labels }: Tables, { buildMs, knownAt }: StoredWindows, now: number): boolean {
  const isWaiting = predictions.waitingBytes + labels.waitingBytes > 0;
  if (isWaiting && buildMs < SHORT_MS) return false;
  return now - Date.parse(knownAt) >= buildMs / BUSY_SHARE;
}

/** Null where nothing is stored, or what is stored cannot be read or is of another text of the monitor: it is stored anew. */
async function readStored(objects: Objects, monitor: Monitor, by: StoredCut): Promise<StoredWindows | null> {
  const key = keyOf(monitor, by);
  if ((await objects.size(key)) === null) return null;
  const { content } = await objects.open(key);
  const stored = StoredWindows.safeParse(parseJson(await text(content)));
  return stored.success && stored.data.spec === specDigest(monitor.spec) ? stored.data : null;
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return null;
  }
}

function keyOf({ monitor }: Monitor, by: StoredCut): string {
  return `${FOLDER}/${monitor}/${by}.json`;
}

async function stateOf({ predictions, labels }: Tables): Promise<string> {
  return `${await predictions.state()} / ${await labels.state()}`;
}

/** Alerts, drift and money change no window. */
function specDigest({ model, labels, quality, estimate }: MonitorSpec): string {
  return createHash('sha256')
    .update(JSON.stringify([model, labels, quality, estimate]))
    .digest('hex');
}

function storedCut({ by, slice, start, end, knownAt, modelVersion, endpoint, environment }: WindowQuestion) {
  if ([slice, knownAt, modelVersion, endpoint, environment].some((one) => one !== undefined)) return null;
  const cut = STORED.find((one) => one === by);
  if (cut === undefined) return null;
  return [start, end].every((instant) => instant === undefined || isBoundary(instant, cut)) ? cut : null;
}

/** Whether a window of this length begins at an instant, in UTC; weeks begin on Monday. */
function isBoundary(instant: string, by: StoredCut): boolean {
  const at = new Date(instant);
  if (by === 'all' || at.toISOString().slice(11) !== '00:00:00.000Z') return false;
  if (by === 'week') return at.getUTCDay() === 1;
  return by === 'day' || at.getUTCDate() === 1;
}

function windowsBetween(windows: readonly MonitorWindow[], { start, end }: WindowQuestion): MonitorWindow[] {
  const from = start === undefined ? Number.NEGATIVE_INFINITY : Date.parse(start);
  const until = end === undefined ? Number.POSITIVE_INFINITY : Date.parse(end);
  return windows.filter(({ period }) => {
    if (period === null) return true;
    const at = Date.parse(period.start);
    return at >= from && at < until;
  });
}
