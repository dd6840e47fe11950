import { z } from 'zod';
import type { UsageInterval } from '../../../src/finops/metering/schema.ts';
import { HOUR_MS } from '../../../src/platform/units/durations.ts';
import { machinesOf } from '../bill/aws-bill.ts';
import { awsFleets } from '../bill/aws-fleet.ts';
import { spotMeanUsdPerHour } from '../bill/aws-meters.ts';
import { machineOf } from '../bill/azure-bill.ts';
import { azureFleets } from '../bill/azure-fleet.ts';
import { type BillingMonth, billingMonths, hoursOf, slotAt } from '../bill/calendar.ts';
import type { Meter } from '../bill/meter.ts';
import { onWeekdays, type Schedule } from '../bill/schedule.ts';
import type { Subject } from '../bill/tags.ts';

/** Time in which one machine of the bill was held. */
export interface MachineTime {
  readonly fleet: string;
  readonly machine: string;
  /** ResourceId of its rows. */
  readonly resourceId: string;
  /** Instance type, the key of the price book. */
  readonly instance: string;
  /** USD for an hour, where the price book cannot know it: the mean of the spot market. */
  readonly usdPerHour: string | null;
  readonly subject: Subject;
  /** Unix milliseconds, end exclusive. */
  readonly start: number;
  readonly end: number;
}

interface BilledMachine extends Omit<MachineTime, 'start' | 'end'> {
  readonly schedule: Schedule;
  readonly index: number;
  readonly count: number;
}

/** Without a scheduler, so that their use is unknown: many hours of small machines. */
const UNTRACKED: ReadonlySet<string> = new Set([
  ...['ranker-sandbox', 'fraud-features', 'fraud-scorer-endpoint', 'demand-forecaster-endpoint'],
  ...['embedder-serving', 'forecast-backtests', 'ranker-canary', 'ranker-notebook'],
]);
/** A notebook holds its machine while someone works; it is left on over weekends. */
const HELD: Readonly<Record<string, Schedule>> = { 'playground-notebook': onWeekdays(8, 20) };

/** Times of the machines of the bill that is drawn at `asOf`, as a scheduler that holds them would have metered them. */
export function listMachineTimes(asOf: Date): MachineTime[] {
  return billingMonths(asOf).flatMap((month) =>
    listMachines(month).flatMap(({ schedule, index, count, ...machine }) =>
      listHeldTimes(month, (hour) => schedule(slotAt(month, hour), index, count)).map((held) => ({
        ...machine,
        ...held,
      })),
    ),
  );
}

function listMachines(month: BillingMonth): BilledMachine[] {
  const scheduleOf = ({ name, schedule }: { readonly name: string; readonly schedule: Schedule }) =>
    HELD[name] ?? schedule;
  const aws = awsFleets.flatMap((fleet) =>
    machinesOf(fleet, month).map(({ resource, index, count }) => ({
      ...{ fleet: fleet.name, machine: `${fleet.name}-${index + 1}`, resourceId: resource.id },
      ...{ instance: readInstance(fleet.meter), subject: fleet.subject, schedule: scheduleOf(fleet), index, count },
      usdPerHour: fleet.market === 'spot' ? String(spotMeanUsdPerHour['g5.12xlarge']) : null,
    })),
  );
  const azure = azureFleets.flatMap((fleet) => {
    const count = fleet.count[month.index] ?? 0;
    return Array.from({ length: count }, (_, index) => ({
      ...{ fleet: fleet.name, machine: `${fleet.name}-${index + 1}`, resourceId: machineOf(fleet, index).id },
      ...{ instance: readInstance(fleet.meter), subject: fleet.subject, schedule: scheduleOf(fleet), index, count },
      usdPerHour: null,
    }));
  });
  return [...aws, ...azure].filter(({ fleet }) => !UNTRACKED.has(fleet));
}

const Details = z.object({ InstanceType: z.string() });

function readInstance({ skuPriceDetails = '{}' }: Meter): string {
  return Details.parse(JSON.parse(skuPriceDetails)).InstanceType;
}

/**
 * Stretches of hours in which a machine ran; `shareAt` is its share of an hour, 0 to 1. A part of the first hour is its end, a
 * part of the last hour its beginning; hours between them count in full. Example: 0.25, 1, 0.4 -> from 0:45 to 2:24.
 */
export function listHeldTimes(
  month: BillingMonth,
  shareAt: (hour: number) => number,
): { readonly start: number; readonly end: number }[] {
  const held: { start: number; end: number; last: number }[] = [];
  for (const hour of hoursOf(month)) {
    const heldMs = Math.round(shareAt(hour) * HOUR_MS);
    if (heldMs <= 0) continue;
    const before = held.at(-1);
    const end = hour + heldMs;
    if (before === undefined || before.last !== hour) {
      held.push({ start: hour, end, last: hour + HOUR_MS });
    } else {
      const isSecond = before.last - before.start <= HOUR_MS;
      if (isSecond) before.start = before.last - (before.end - before.start);
      Object.assign(before, { end, last: hour + HOUR_MS });
    }
  }
  return held.map(({ start, end }) => ({ start, end }));
}

/** The usage interval of a time, for a run where one held the machine. */
export function toUsage({ machine, resourceId, instance, usdPerHour, subject, start, end }: MachineTime, run?: string) {
  return {
    usage: `${machine}:${new Date(start).toISOString().replaceAll(/\D/g, '')}`,
    subject: run === undefined ? { ...subject } : { ...subject, run },
    ...{ resource: instance, resourceId, quantity: '1' },
    ...(usdPerHour === null ? {} : { price: { amount: usdPerHour, currency: 'USD' } }),
    period: { start: new Date(start).toISOString(), end: new Date(end).toISOString() },
    origin: 'demo: machines as their scheduler held them',
  } satisfies UsageInterval;
}
