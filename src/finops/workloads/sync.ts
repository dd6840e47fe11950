import { AppError } from '../../platform/errors/index.ts';
import { HOUR_MS } from '../../platform/units/durations.ts';
import { type ContainerSource, QueryTooLarge, queryRange, type Series } from '../gpu-telemetry/index.ts';
import type { Answers } from './answers.ts';
import { buildContainerHours } from './hours-of.ts';
import { buildNodeHours } from './nodes-of.ts';
import { buildContainerQueries, type QueryName } from './queries.ts';
import { findContainersRead, saveContainersFailure, saveContainersRead } from './store.ts';
import { type WritingHours, writeHours } from './write-hours.ts';

export type ContainerDeps = WritingHours;

interface Limits {
  readonly signal: AbortSignal;
  readonly until: number;
}

/** Maximum number of points of one series in one answer. */
const POINTS = 480;

/**
 * Reads container data from a Prometheus in whole hours: from the last hour read, minus the overlap, to the present hour.
 * Each hour is rewritten, so its data are those of the last answer; an hour without an answer stays unchanged. Returns true
 * if everything up to now is read, false if `until` has passed first. A failure is recorded with the source and not thrown.
 */
export async function syncContainers(deps: ContainerDeps, source: ContainerSource, limits: Limits): Promise<boolean> {
  const { backfill, overlap, containers } = source.spec;
  const now = deps.clock.now();
  const { readUntil } = await findContainersRead(deps.store, source.name);
  const first = readUntil === null ? now - backfill : readUntil - overlap;
  let start = Math.floor(Math.max(0, first) / HOUR_MS) * HOUR_MS;
  let hours = Math.max(1, Math.floor((POINTS * containers.interval) / HOUR_MS));
  try {
    while (start < now) {
      if (performance.now() >= limits.until || limits.signal.aborted) return false;
      const end = Math.min(start + hours * HOUR_MS, Math.ceil(now / HOUR_MS) * HOUR_MS);
      const answers = await queryHour(source, { start, end, now }, limits.signal);
      if (answers === null) {
        if (hours === 1) throw createTooLargeError(source);
        hours = Math.max(1, Math.floor(hours / 2));
        continue;
      }
      await keep(deps, source, answers, { now, readUntil: Math.min(end, now) });
      start = end;
    }
    return true;
  } catch (error) {
    if (limits.signal.aborted) return false;
    if (!(error instanceof AppError)) throw error;
    await saveContainersFailure(deps.store, source.name, { code: error.code, detail: error.message });
    return true;
  }
}

function createTooLargeError({ spec }: ContainerSource): AppError {
  const detail = `${new URL(spec.url).origin} cannot answer a query for one hour of containers: narrow containers.selector, take a longer containers.interval, or raise its limits.`;
  return new AppError('gpu_source_refused', detail);
}

/** Null if the query is too large for the source. */
async function queryHour(
  { spec }: ContainerSource,
  { start, end, now }: { readonly start: number; readonly end: number; readonly now: number },
  signal: AbortSignal,
): Promise<Answers | null> {
  const { selector, interval: stepMs } = spec.containers;
  const answers = new Map<QueryName, readonly Series[]>();
  try {
    for (const { name, query, at } of buildContainerQueries(selector, stepMs)) {
      // The range covers only past times; the present hour is also queried at its end, for its data so far.
      const last = Math.floor((Math.min(end, now) - start) / stepMs) * stepMs + start;
      const range =
        at === 'hours'
          ? { query, start: start + HOUR_MS, end, stepMs: HOUR_MS }
          : { query, start: start + stepMs, end: last, stepMs };
      if (range.end >= range.start) answers.set(name, await queryRange(spec, range, signal));
    }
  } catch (error) {
    if (error instanceof QueryTooLarge) return null;
    throw error;
  }
  return answers;
}

/** The hours and the note that they were read are there together, or neither is. */
async function keep(
  deps: ContainerDeps,
  { name, id, spec }: ContainerSource,
  answers: Answers,
  { now, readUntil }: { readonly now: number; readonly readUntil: number },
): Promise<void> {
  const { rows, readings, leftOut } = buildContainerHours(answers, { source: id, stepMs: spec.containers.interval });
  const hours = { containers: rows, nodes: buildNodeHours(answers, id) };
  await writeHours(deps, id, hours, (sql) => saveContainersRead(sql, name, { at: now, readUntil, readings, leftOut }));
}
