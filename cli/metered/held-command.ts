import { setTimeout as pause } from 'node:timers/promises';
import { meterReservation, type Reservation, settleReservation } from '../../src/finops/budgets/reservations/schema.ts';
import type { Ended, Execution } from '../../src/platform/processes/index.ts';
import type { Client } from '../connection/client.ts';
import { RemoteFailure } from '../frame/failure.ts';

/** Longest time between two reports of what was spent, in milliseconds. */
const REPORT_MS = 10_000;
/** Before the last moment it is asked again and again whether there is more money, in milliseconds. */
const ASK_AHEAD_MS = [4_000, 1_500, 500, 150] as const;
/** It is asked to end this much before the last moment, so that what takes time is inside the budget, in milliseconds. */
const STOP_AHEAD_MS = 250;
/** Between tries to report the end to a server that does not answer, in milliseconds. */
const END_PAUSES_MS = [250, 1_000, 4_000, 15_000, 40_000];

export interface HeldCommand {
  readonly client: Client;
  readonly execution: Execution;
  readonly opened: Reservation;
  readonly graceMs: number;
  readonly now: () => number;
  /** Where it left what it had reached; null when it did not say. */
  readonly checkpoint: () => string | null;
  /** Told when the money comes to an end, and when the server is not there. */
  readonly remark: (text: string) => Promise<void>;
}

export interface HeldEnd {
  readonly ended: Ended;
  /** As the server has it; null when it could not be told. */
  readonly settled: Reservation | null;
  /** Whether it was stopped because there was no more money. */
  readonly stopped: boolean;
}

/** Meters a running command, and ends it in time: what it spends never exceeds what was set aside. */
export async function hold(command: HeldCommand): Promise<HeldEnd> {
  const { execution, graceMs } = command;
  let reservation = command.opened;
  const ended = execution.ended.then((end) => ({ end }));
  const untilEndOr = <T>(what: Promise<T>) => Promise.race([ended, what]);
  for (;;) {
    const leftMs = leftOf(command, reservation);
    if (leftMs <= 0) break;
    const early = await untilEndOr(sleep(restMs(leftMs)));
    if (early !== undefined) return finish(command, early.end, early.end.stoppedBy === 'watchdog');
    if (leftOf(command, reservation) <= 0) break;
    // An answer that comes too late is none: what was set aside has to do.
    const answer = report(command, reservation);
    const first = await untilEndOr(Promise.race([answer, sleep(leftOf(command, reservation))]));
    if (first === undefined || first === null || 'end' in first) continue;
    reservation = first;
    execution.extend(Date.parse(reservation.until));
  }
  await command.remark(`stopping: ${limitOf(reservation)} allows no more; it has ${graceMs / 1000} s to save its work`);
  execution.stop();
  return finish(command, (await ended).end, true);
}

function limitOf({ limitedBy }: Reservation): string {
  return limitedBy ?? 'what was set aside';
}

/** Milliseconds until it has to be asked to end. */
function leftOf({ graceMs, now }: HeldCommand, { until }: Reservation): number {
  return Date.parse(until) - graceMs - STOP_AHEAD_MS - now();
}

/** Until the next report: soon enough to be given more before the last moment. */
function restMs(leftMs: number): number {
  const ahead = ASK_AHEAD_MS.find((one) => leftMs > one) ?? 0;
  return Math.max(0, Math.min(REPORT_MS, leftMs - ahead));
}

function sleep(ms: number): Promise<undefined> {
  return pause(Math.max(0, ms), undefined, { ref: false });
}

/** What the server has set aside by now; null when it does not answer, or sets nothing more aside: the command goes on either way. */
async function report({ client, now, remark }: HeldCommand, { reservation }: Reservation): Promise<Reservation | null> {
  try {
    const at = new Date(now()).toISOString();
    return await client.call(meterReservation, { params: { reservation }, body: { at } });
  } catch (error) {
    const why = error instanceof RemoteFailure ? error.message : 'the server does not answer';
    await remark(`${why}; what is set aside goes on`);
    return null;
  }
}

async function finish(command: HeldCommand, ended: Ended, stopped: boolean): Promise<HeldEnd> {
  return { ended, stopped, settled: await settle(command, ended, stopped) };
}

async function settle(command: HeldCommand, { end }: Ended, stopped: boolean): Promise<Reservation | null> {
  const checkpoint = command.checkpoint();
  const body = {
    end: new Date(end).toISOString(),
    stopped,
    ...(checkpoint === null ? {} : { checkpoint }),
  };
  for (const pauseMs of [...END_PAUSES_MS, null]) {
    try {
      const params = { reservation: command.opened.reservation };
      return await command.client.call(settleReservation, { params, body });
    } catch (error) {
      if (error instanceof RemoteFailure || pauseMs === null) break;
      await pause(pauseMs);
    }
  }
  return null;
}
