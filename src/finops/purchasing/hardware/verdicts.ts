import type { z } from 'zod';
import type { Money } from '../../../platform/units/schema.ts';
import type { ReplicaType } from './replica-mix.ts';
import type { adviseHardware, HardwareAdvice } from './schema.ts';

type Question = Pick<z.output<typeof adviseHardware.body>, 'profiles' | 'demand' | 'memoryGib'>;
type Verdict = HardwareAdvice['types'][number];

export interface JudgedType extends Pick<Verdict, 'verdict' | 'reason' | 'requestsPerSecond'> {
  readonly name: string;
  /** For the search; null when it is not usable. */
  readonly type: ReplicaType | null;
}

/**
 * The verdict on each type. Only measurements count: a size that was not measured on a type has no assumed rate, and a type
 * without a row is not recommended, whatever its data sheet states.
 */
export function judgeTypes(
  question: Question,
  names: readonly string[],
  prices: ReadonlyMap<string, Money>,
): JudgedType[] {
  return names.map((name) => {
    const rows = question.profiles.filter(({ type }) => type === name);
    const requestsPerSecond = question.demand.map(({ bucket, latencyMs }) => ({
      bucket,
      requestsPerSecond: findHighestRate(rows.filter((row) => row.bucket === bucket && row.latencyMs <= latencyMs)),
    }));
    const price = prices.get(name);
    const refused = findRefusal(question, rows, requestsPerSecond, price);
    if (refused !== null) return { name, ...refused, requestsPerSecond, type: null };
    const rates = requestsPerSecond.map((row) => row.requestsPerSecond);
    const served = rates.filter((rate) => rate !== null).length;
    return {
      name,
      verdict: 'usable',
      reason: `in time for ${served} of ${rates.length} request sizes`,
      requestsPerSecond,
      type: { name, pricePerHour: Number(price?.amount), requestsPerSecond: rates },
    };
  });
}

function findHighestRate(rows: Question['profiles']): number | null {
  return rows.reduce<number | null>((most, { requestsPerSecond }) => Math.max(most ?? 0, requestsPerSecond), null);
}

function findRefusal(
  { demand, memoryGib }: Question,
  rows: Question['profiles'],
  rates: Verdict['requestsPerSecond'],
  price: Money | undefined,
): Pick<Verdict, 'verdict' | 'reason'> | null {
  const asked = new Set(demand.map(({ bucket }) => bucket));
  const fitting = rows.filter(({ bucket }) => asked.has(bucket));
  if (fitting.length === 0) {
    const reason = rows.length === 0 ? 'the profile has no row of it' : 'no size that is asked for was measured on it';
    return { verdict: 'notMeasured', reason };
  }
  const memory = rows.find((row) => row.memoryGib !== undefined)?.memoryGib;
  if (memoryGib !== undefined && memory !== undefined && memory < memoryGib) {
    return { verdict: 'tooSmall', reason: `${memory} GiB of memory, of ${memoryGib} GiB that the model needs` };
  }
  if (rates.every(({ requestsPerSecond }) => requestsPerSecond === null)) {
    const fastest = Math.min(...fitting.map(({ latencyMs }) => latencyMs));
    return { verdict: 'tooSlow', reason: `never in time: ${fastest} ms at best` };
  }
  return price === undefined ? { verdict: 'notPriced', reason: 'neither stated nor in the price book' } : null;
}
