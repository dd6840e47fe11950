import { setTimeout as pause } from 'node:timers/promises';

/** Work that runs until a deadline, which can be extended. */
export interface Extensible<End> {
  /** Resolves when it is gone. */
  readonly ended: Promise<End>;
  /** Sets a new deadline, Unix milliseconds; if that fails, the old one stays. */
  extend(until: number): void | Promise<void>;
  /** Requests its end, within this many milliseconds; if that fails, the work is ended at its deadline without this process. */
  stop(withinMs: number): void | Promise<void>;
}

export interface Hold<End> {
  readonly running: Extensible<End>;
  /** Initial deadline, Unix milliseconds. */
  readonly until: number;
  /** Milliseconds that it has to end in, before `until`. */
  readonly graceMs: number;
  readonly now: () => number;
  /** Reports that it still runs, and returns its new deadline; null without an answer: the old deadline stays. */
  readonly renew: () => Promise<number | null>;
  /** Resolves when a report is needed before the next one is due; only once. Never rejects. */
  readonly sooner?: Promise<unknown>;
  /** Called once, before the stop request at the end of an unextended deadline. */
  readonly runsOut: () => Promise<void>;
  /** Longest time between two reports, in milliseconds; default 10 s. */
  readonly reportMs?: number;
}

export interface HoldEnd<End> {
  readonly ended: End;
  /** Whether it was stopped because its deadline was not extended. */
  readonly ranOut: boolean;
}

const REPORT_MS = 10_000;
/** Times before the deadline at which the renewal is retried, in milliseconds. */
const ASK_AHEAD_MS = [4_000, 1_500, 500, 150] as const;
/** The stop request is sent this long before the deadline, in milliseconds, so that slow steps stay inside it. */
export const STOP_AHEAD_MS = 250;

/** Renews the deadline of running work by regular reports, and ends the work before its deadline. */
export async function hold<End>(held: Hold<End>): Promise<HoldEnd<End>> {
  const { running } = held;
  let { until } = held;
  const ended = running.ended.then((end) => ({ end }));
  const untilEndOr = <T>(what: Promise<T>) => Promise.race([ended, what]);
  const bell = createBell(held.sooner);
  for (;;) {
    const leftMs = computeTimeLeft(held, until);
    if (leftMs <= 0) break;
    const early = await untilEndOr(bell(sleep(computeRestMs(leftMs, computeNextReport(held)))));
    if (early !== undefined) return { ended: early.end, ranOut: false };
    if (computeTimeLeft(held, until) <= 0) break;
    // An answer after the deadline is ignored: the old deadline stays.
    const first = await untilEndOr(Promise.race([held.renew(), sleep(computeTimeLeft(held, until))]));
    if (first === undefined || first === null || typeof first === 'object') continue;
    if (await isTold(() => running.extend(first))) until = first;
  }
  await held.runsOut();
  const leftMs = Math.max(0, until - held.now());
  await isTold(() => running.stop(leftMs));
  return { ended: (await ended).end, ranOut: true };
}

/** Cuts a rest short when the bell rings, once. */
function createBell(bell: Promise<unknown> | undefined): (rest: Promise<undefined>) => Promise<undefined> {
  let ringing = bell?.then(() => undefined);
  let rung = false;
  ringing?.then(() => {
    rung = true;
  });
  return async (rest) => {
    await (ringing === undefined ? rest : Promise.race([ringing, rest]));
    if (rung) ringing = undefined;
    return undefined;
  };
}

/** Whether the call reached the running work; if not, its last deadline stays. */
async function isTold(tell: () => void | Promise<void>): Promise<boolean> {
  try {
    await tell();
    return true;
  } catch {
    return false;
  }
}

/** Milliseconds until the stop request. */
function computeTimeLeft({ graceMs, now }: Pick<Hold<unknown>, 'graceMs' | 'now'>, until: number): number {
  return until - graceMs - STOP_AHEAD_MS - now();
}

/** Milliseconds to the next full ten seconds of the clock: holders that report together are written together. */
function computeNextReport({ now, reportMs = REPORT_MS }: Pick<Hold<unknown>, 'now' | 'reportMs'>): number {
  return reportMs - (now() % reportMs);
}

/** Until the next report: soon enough to be given more before the last moment. */
function computeRestMs(leftMs: number, reportMs: number): number {
  const ahead = ASK_AHEAD_MS.find((one) => leftMs > one) ?? 0;
  return Math.max(0, Math.min(reportMs, leftMs - ahead));
}

function sleep(ms: number): Promise<undefined> {
  return pause(Math.max(0, ms), undefined, { ref: false });
}
