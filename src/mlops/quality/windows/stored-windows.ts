import { text } from 'node:stream/consumers';
import type { ResponseOf } from '../../../platform/contract/schema.ts';
import type { Lake } from '../../../platform/lake/index.ts';
import type { Objects } from '../../../platform/objects/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import { DAY_MS } from '../../../platform/units/durations.ts';
import type { Clock } from '../../../platform/units/index.ts';
import { findMonitors } from '../../monitors/index.ts';
import type { Monitor, MonitorWindow, showMonitor } from '../../monitors/schema.ts';
import type { Selection } from '../../predictions/index.ts';
import { createFreshRows, type FreshRowSet, type FreshRows } from './fresh-rows.ts';
import { hashSpec, readTablesState } from './freshness.ts';
import { readInputNames } from './input-names.ts';
import { createLargeLogs, type LargeLogs } from './large-logs.ts';
import type { ScoringProgress } from './scored-parts.ts';
import { scoreRows } from './scored-rows.ts';
import { parseCut, RecentWindows, type StoredCutWindows, serializeCut } from './stored-cut.ts';
import { createStoredRows, type RowsFile, type StoredRows } from './stored-rows.ts';
import type { VersionCount } from './version-counts.ts';
import { type ShownCut, showCut, type Tables, type WindowQuery } from './windows.ts';
import type { Cut } from './windows-sql.ts';

interface StoredWindowsDeps extends Tables {
  readonly store: Store;
  readonly lake: Lake;
  readonly objects: Objects;
  readonly clock: Clock;
  readonly log: Log;
}

const FOLDER = 'monitoring/windows';
const STORED = ['hour', 'day', 'week', 'month', 'all'] as const;
type StoredCut = (typeof STORED)[number];

/** If a computation takes no longer than this, requests compute instead of using stored windows that miss new rows. */
const SHORT_MS = 250;
/** Maximum share of time for builds, so that steady traffic on a large history does not overload the server. */
const BUSY_SHARE = 0.1;
/** Windows that take longer are never computed for a request: the stored ones are shown, however old. */
const LONG_MS = 30_000;
/** A computation that failed after this time is repeated only when it leaves the server its share. */
const LONG_FAILURE_MS = 10_000;
/** Stored windows older than this, and older than twenty builds take, are not shown once new rows have arrived. */
const STALE_MS = 10 * 60_000;
/** Number of days for which windows by hour are stored. */
const HOUR_DAYS = 60;

type WindowQuestion = Cut & Omit<Selection, 'model'>;

/** Windows of monitors as they were computed, so that a page need not wait for it. */
export interface StoredWindows {
  /**
   * Answers a question about a monitor from stored windows. Stored are windows of all its predictions by day, week, month
   * and together, and of the hours of the last 60 days. Other cuts, such as the values of an input, are summed from the
   * stored rows. Null: the question has a `knownAt`, nothing is stored yet, an input is not stored, or new rows arrived and
   * the log is too large to be scored for a request. New rows are left out where a scoring takes long: `knownAt` in the answer
   * is then the time of the stored ones. Where it is short, or the stored windows are too old, the log is scored for all
   * questions that come meanwhile.
   */
  find(
    monitor: Monitor,
    question: WindowQuestion,
  ): Promise<Omit<ResponseOf<typeof showMonitor>, 'monitor' | 'spec'> | null>;
  /** The same without the names of inputs. `since`: rows that arrived later may be missing, as `performance.now()`; left out: now. */
  findFigures(
    monitor: Monitor,
    question: Omit<WindowQuestion, 'slice'>,
    since?: number,
  ): Promise<readonly MonitorWindow[] | null>;
  /** Predictions of a monitor by version in a period, by the rules of `find`; null: as there. */
  countVersions(
    monitor: Monitor,
    period: Pick<Selection, 'start' | 'end'>,
    since?: number,
  ): Promise<readonly VersionCount[] | null>;
  /** Whether a monitor has too many predictions for a request, and its figures are not stored yet. */
  isScoring(monitor: Monitor): Promise<boolean>;
  /** Stores the windows of every monitor whose predictions, labels or text have changed since. One that cannot be computed is left for the next time. */
  store(signal: AbortSignal): Promise<void>;
  /** Rows were deleted: removes all windows and rows that were stored with them. */
  forget(): Promise<void>;
}

export function createStoredWindows(deps: StoredWindowsDeps): StoredWindows {
  const recent = new RecentWindows();
  const rows = createStoredRows(deps);
  const large = createLargeLogs(deps.predictions, deps.clock);
  const fresh = createFreshRows({ ...deps, rows });
  const parts = { ...deps, recent, rows, large, fresh };
  /** Unix ms until which a monitor whose computation failed is left alone. */
  const pauses = new Map<string, number>();
  /** Deletions so far: windows that were computed before one are not stored after it. */
  let deletions = 0;
  const storeMonitor = async (monitor: Monitor): Promise<void> => {
    const state = await readTablesState(deps);
    const due = await isDue(parts, monitor, state);
    if (!due) return;
    const before = deletions;
    const { cuts, facts, file } = await computeCuts(parts, monitor, state);
    await using _ = file;
    if (deletions !== before) return;
    await rows.put(buildFolder(monitor), file, facts);
    fresh.drop(monitor.monitor);
    for (const [by, stored] of cuts) {
      if (deletions !== before) break;
      await writeCut(deps, recent, buildObjectKey(monitor, by), stored);
    }
    if (deletions === before) return;
    recent.clear();
    rows.forget();
    await deps.objects.remove(FOLDER);
  };
  const findStored = async (monitor: Monitor, question: WindowQuestion) =>
    (await findWindows(parts, monitor, question)) ??
    (await findFromRows(parts, monitor, question)) ??
    (await answerScoring(parts, monitor));
  return {
    async find(monitor, question) {
      if (question.knownAt !== undefined) return null;
      const since = performance.now();
      return (await findStored(monitor, question)) ?? answerFresh(parts, monitor, question, since);
    },
    async findFigures(monitor, question, since = performance.now()) {
      if (question.knownAt !== undefined) return null;
      const stored = await findStored(monitor, question);
      if (stored !== null) return stored.windows;
      return withFreshRows(parts, monitor, since, async (found) => {
        return (await found.showCut(toWindowQuery(monitor, question))).windows;
      });
    },
    async countVersions(monitor, period, since = performance.now()) {
      const selection = { ...period, model: monitor.spec.model };
      const stored = await findRows(parts, monitor);
      const counted = stored === null ? null : await rows.countVersions(buildFolder(monitor), stored, selection);
      if (counted !== null) return counted;
      return withFreshRows(parts, monitor, since, (found) => found.countVersions(selection));
    },
    isScoring: async (monitor) => (await answerScoring(parts, monitor)) !== null,
    async forget() {
      deletions += 1;
      recent.clear();
      rows.forget();
      fresh.drop();
      await deps.objects.remove(FOLDER);
    },
    async store(signal) {
      for (const monitor of await findMonitors(deps.store)) {
        if (signal.aborted) return;
        if ((pauses.get(monitor.monitor) ?? 0) > deps.clock.now()) continue;
        const startedAt = performance.now();
        try {
          await storeMonitor(monitor);
        } catch (error) {
          if (signal.aborted) return;
          const tookMs = performance.now() - startedAt;
          if (tookMs > LONG_FAILURE_MS) pauses.set(monitor.monitor, deps.clock.now() + tookMs / BUSY_SHARE);
          deps.log.error({ err: error, monitor: monitor.monitor }, 'cannot store the windows of a monitor');
        } finally {
          large.note(monitor.spec.model, null);
        }
      }
    },
  };
}

interface Parts extends StoredWindowsDeps {
  readonly recent: RecentWindows;
  readonly rows: StoredRows;
  readonly large: LargeLogs;
  readonly fresh: FreshRows;
}

type Answer = Omit<ResponseOf<typeof showMonitor>, 'monitor' | 'spec'>;

async function findWindows(parts: Parts, monitor: Monitor, question: WindowQuestion): Promise<Answer | null> {
  const by = selectStoredCut(question);
  const found = by === null ? null : await readStored(parts, monitor, by);
  if (found === null || isBefore(question.start, found.from)) return null;
  const age = await resolveAge(parts, found);
  if (age === null) return null;
  const { estimation, unmatchedLabels, inputs } = found;
  const windows = selectWindowsBetween(found.windows, question);
  return { ...age, estimation, unmatchedLabels, inputs, windows, sliceValues: null, scoring: null };
}

/** The answer without figures, with the progress of their computation; null: figures are stored, or a request can compute them. */
async function answerScoring(parts: Parts, monitor: Monitor): Promise<Answer | null> {
  if ((await findRows(parts, monitor)) !== null) return null;
  const scoring = await parts.large.findProgress(monitor.spec.model);
  if (scoring === null) return null;
  const knownAt = new Date(parts.clock.now()).toISOString();
  const nothing = { estimation: null, unmatchedLabels: 0, inputs: [], windows: [], sliceValues: null };
  return { ...nothing, knownAt, isStale: true, scoring };
}

/** Stored rows of a monitor that may be shown; null: there are none, or they are too old. */
async function findRows(parts: Parts, monitor: Monitor) {
  const found = await parts.rows.find(buildFolder(monitor));
  if (found === null || found.spec !== hashSpec(monitor.spec)) return null;
  return (await resolveAge(parts, found)) === null ? null : found;
}

async function findFromRows(parts: Parts, monitor: Monitor, question: WindowQuestion): Promise<Answer | null> {
  const folder = buildFolder(monitor);
  const found = await parts.rows.find(folder);
  if (found === null || found.spec !== hashSpec(monitor.spec)) return null;
  const age = await resolveAge(parts, found);
  if (age === null) return null;
  const shown = await parts.rows.showCut(folder, found, toWindowQuery(monitor, question));
  return shown === null ? null : { ...age, inputs: found.inputs, scoring: null, ...shown };
}

function toWindowQuery({ spec }: Monitor, question: WindowQuestion): WindowQuery {
  const { by, slice, mostValues, from, ...selected } = question;
  return { spec, selection: { ...selected, model: spec.model }, by, slice, mostValues, from };
}

/** Work on rows that are scored for requests; null: the log is too large for it. */
async function withFreshRows<T>(
  parts: Parts,
  monitor: Monitor,
  since: number,
  work: (rows: FreshRowSet) => Promise<T>,
): Promise<T | null> {
  const stored = await parts.rows.find(buildFolder(monitor));
  const isShort = stored === null ? await parts.large.isFew() : stored.buildMs <= LONG_MS;
  return isShort ? parts.fresh.use(monitor, since, work) : null;
}

async function answerFresh(
  parts: Parts,
  monitor: Monitor,
  question: WindowQuestion,
  since: number,
): Promise<Answer | null> {
  if (question.slice !== undefined) return null;
  return withFreshRows(parts, monitor, since, async (rows) => {
    const shown = await rows.showCut(toWindowQuery(monitor, question));
    const inputs = await rows.inputNames(shown.windows);
    return { knownAt: rows.knownAt, isStale: false, scoring: null, ...shown, inputs: [...inputs] };
  });
}

/**
 * Instant up to which rows are in the stored windows; null: new rows arrived, and the stored windows are too old or quick
 * enough to recompute.
 */
async function resolveAge(
  { clock, ...tables }: Parts,
  { state, knownAt, buildMs }: Pick<StoredCutWindows, 'state' | 'knownAt' | 'buildMs'>,
): Promise<Pick<Answer, 'knownAt' | 'isStale'> | null> {
  const now = clock.now();
  if (state === (await readTablesState(tables))) return { knownAt: new Date(now).toISOString(), isStale: false };
  if (buildMs > LONG_MS) return { knownAt, isStale: true };
  const ageMs = now - Date.parse(knownAt);
  return buildMs < SHORT_MS || ageMs > Math.max(STALE_MS, buildMs * 20) ? null : { knownAt, isStale: true };
}

/** Whether a request starts before the earliest stored window. */
function isBefore(start: string | undefined, from: string | null): boolean {
  return from !== null && (start === undefined || Date.parse(start) < Date.parse(from));
}

/** Computes all cuts and the rows from one read. */
async function computeCuts(parts: Parts, { spec }: Monitor, state: string) {
  const now = parts.clock.now();
  const knownAt = new Date(now).toISOString();
  const firstHour = new Date(Math.floor(now / DAY_MS - HOUR_DAYS) * DAY_MS).toISOString();
  const fromOf = (by: StoredCut) => (by === 'hour' ? firstHour : undefined);
  const startedAt = performance.now();
  const selection = { model: spec.model, knownAt };
  const shown = new Map<StoredCut, Omit<ShownCut, 'sliceValues'>>();
  const onProgress = (progress: ScoringProgress) => parts.large.note(spec.model, progress);
  const file = await scoreRows(
    parts,
    { spec, selection, withInputs: true, onProgress },
    async (rows): Promise<RowsFile> => {
      for (const by of STORED) {
        const { sliceValues: _, ...cut } = await showCut(rows, { spec, selection, by, from: fromOf(by) });
        shown.set(by, cut);
      }
      return parts.rows.write(rows, spec);
    },
  );
  const inputs = await readInputNames(parts.predictions, selection, shown.get('day')?.windows ?? []);
  const facts = { inputs, spec: hashSpec(spec), state, knownAt, buildMs: performance.now() - startedAt };
  const cuts = [...shown].map(([by, cut]) => [by, { ...facts, from: fromOf(by) ?? null, ...cut }] as const);
  return { cuts, facts, file };
}

async function writeCut(
  { objects }: StoredWindowsDeps,
  recent: RecentWindows,
  key: string,
  stored: StoredCutWindows,
): Promise<void> {
  await objects.put(key, serializeCut(stored));
  recent.put(key, stored);
}

/**
 * Whether the stored windows of a monitor are due for a rebuild: a cut is missing, or rows or the monitor's text changed.
 * Windows that are quick to compute are rebuilt only after all rows are settled; until then requests compute them.
 */
async function isDue(deps: Parts, monitor: Monitor, state: string): Promise<boolean> {
  const stored: StoredCutWindows[] = [];
  for (const by of STORED) {
    // The object may be missing even if it is cached in memory.
    const isThere = (await deps.objects.size(buildObjectKey(monitor, by))) !== null;
    const before = isThere ? await readStored(deps, monitor, by) : null;
    if (before === null) return true;
    stored.push(before);
  }
  if (!(await deps.rows.isThere(buildFolder(monitor)))) return true;
  const changed = stored.filter((before) => before.state !== state);
  const isWaiting = deps.predictions.waitingBytes + deps.labels.waitingBytes > 0;
  const now = deps.clock.now();
  return changed.some(({ buildMs, knownAt }) => {
    if (isWaiting && buildMs < SHORT_MS) return false;
    return now - Date.parse(knownAt) >= buildMs / BUSY_SHARE;
  });
}

/**
 * Null where nothing is stored, or where the stored windows are damaged or of another text of the monitor; the next pass
 * stores them again.
 */
async function readStored(
  { objects, recent }: Parts,
  monitor: Monitor,
  by: StoredCut,
): Promise<StoredCutWindows | null> {
  const key = buildObjectKey(monitor, by);
  const spec = hashSpec(monitor.spec);
  const kept = recent.get(key);
  if (kept?.spec === spec) return kept;
  if ((await objects.size(key)) === null) return null;
  const { content } = await objects.open(key);
  const stored = parseCut(await text(content));
  if (stored === null || stored.spec !== spec) return null;
  recent.put(key, stored);
  return stored;
}

function buildFolder({ monitor }: Monitor): string {
  return `${FOLDER}/${monitor}`;
}

function buildObjectKey(monitor: Monitor, by: StoredCut): string {
  return `${buildFolder(monitor)}/${by}.json`;
}

function selectStoredCut({ by, slice, start, end, knownAt, ...parts }: WindowQuestion) {
  const { modelVersion, endpoint, environment, variant } = parts;
  if ([slice, knownAt, modelVersion, endpoint, environment, variant].some((one) => one !== undefined)) return null;
  const cut = STORED.find((one) => one === by);
  if (cut === undefined) return null;
  return [start, end].every((instant) => instant === undefined || isBoundary(instant, cut)) ? cut : null;
}

/** Whether a window of this length starts at an instant, in UTC; weeks start on Monday. */
function isBoundary(instant: string, by: StoredCut): boolean {
  const at = new Date(instant);
  if (by === 'all') return false;
  const ofDay = at.toISOString().slice(11);
  if (by === 'hour') return ofDay.endsWith(':00:00.000Z');
  if (ofDay !== '00:00:00.000Z') return false;
  if (by === 'week') return at.getUTCDay() === 1;
  return by === 'day' || at.getUTCDate() === 1;
}

function selectWindowsBetween(windows: readonly MonitorWindow[], { start, end }: WindowQuestion): MonitorWindow[] {
  const from = start === undefined ? Number.NEGATIVE_INFINITY : Date.parse(start);
  const until = end === undefined ? Number.POSITIVE_INFINITY : Date.parse(end);
  return windows.filter(({ period }) => {
    if (period === null) return true;
    const at = Date.parse(period.start);
    return at >= from && at < until;
  });
}
