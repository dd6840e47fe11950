import { setTimeout as pause } from 'node:timers/promises';
import { meterReservation, type Reservation, settleReservation } from '../../src/finops/budgets/reservations/schema.ts';
import { type Ended, type Execution, hold } from '../../src/platform/processes/index.ts';
import type { Client } from '../connection/client.ts';
import { RemoteFailure } from '../frame/failure.ts';

/** Pauses between retries of the end report to a server that does not answer, in milliseconds. */
const END_PAUSES_MS = [250, 1_000, 4_000, 15_000, 40_000];

export interface HeldCommand {
  readonly client: Client;
  readonly execution: Execution;
  readonly opened: Reservation;
  readonly graceMs: number;
  /** Location of its last checkpoint; null when it reported none. */
  readonly checkpoint: () => string | null;
  /** Called when the money runs out, and when the server does not answer. */
  readonly remark: (text: string) => Promise<void>;
  /** Longest time between two reports, in milliseconds; default 10 s. */
  readonly reportMs?: number;
  /** Called at every report with the reservation, which has the cost so far. */
  readonly reported: (reservation: Reservation) => Promise<void>;
}

export interface HeldEnd {
  readonly ended: Ended;
  /** The settled reservation from the server; null when the server could not be reached. */
  readonly settled: Reservation | null;
  /** True if it was stopped because the money ran out. */
  readonly stopped: boolean;
}

/**
 * Meters a running command and stops it before its reserved money is spent, so that its cost never exceeds the
 * reservation.
 */
export async function holdCommand(command: HeldCommand): Promise<HeldEnd> {
  const { execution, graceMs, opened } = command;
  let reservation = opened;
  const { ended, ranOut } = await hold({
    running: execution,
    until: Date.parse(opened.until),
    graceMs,
    now: execution.now,
    ...(command.reportMs === undefined ? {} : { reportMs: command.reportMs }),
    async renew() {
      const answer = await report(command, reservation);
      reservation = answer ?? reservation;
      if (answer !== null) await command.reported(answer);
      return answer === null ? null : Date.parse(answer.until);
    },
    runsOut: () =>
      command.remark(
        `stopping: ${describeLimit(reservation)} allows no more; it has ${graceMs / 1000} s to save its work`,
      ),
  });
  return finish(command, ended, ranOut || ended.stoppedBy === 'watchdog');
}

function describeLimit({ limitedBy }: Reservation): string {
  return limitedBy ?? 'its reservation';
}

/**
 * Reservation after a meter report; null when the server does not answer or reserves no more. The command continues in
 * both cases.
 */
async function report(
  { client, execution, remark }: HeldCommand,
  { reservation }: Reservation,
): Promise<Reservation | null> {
  try {
    const at = new Date(execution.now()).toISOString();
    return await client.call(meterReservation, { params: { reservation }, body: { at } });
  } catch (error) {
    const why = error instanceof RemoteFailure ? error.message : 'the server does not answer';
    await remark(`${why}; the reservation remains`);
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
