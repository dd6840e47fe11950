import { createHash } from 'node:crypto';
import { decimalString } from '../../platform/units/index.ts';
import { BUILT_IN_INSTANCES } from './built-in-table.ts';
import type { BookedPrice } from './timeline.ts';

/** A machine with GPUs, as its cloud names it. */
export interface GpuInstance {
  readonly instance: string;
  readonly cloud: 'aws' | 'azure';
  /** Such as "H100" or "A100-80GB". */
  readonly gpu: string;
  /** A fraction for a machine with a part of a GPU, such as 0.125. */
  readonly gpus: number;
  readonly vcpus: number;
  readonly memoryGib: number;
  readonly prices: readonly BookedPrice[];
}

const CLOUDS = {
  aws: { lastSeen: '2026-07-20', region: 'us-east-1', where: 'AWS on demand, Linux, us-east-1' },
  azure: { lastSeen: '2026-06-18', region: 'eastus', where: 'Azure pay as you go, Linux, East US' },
} as const;

/** Another one for every other table. */
export function getBuiltInStamp(): string {
  stamp ??= createHash('sha256').update(BUILT_IN_INSTANCES).update(JSON.stringify(CLOUDS)).digest('hex').slice(0, 16);
  return stamp;
}

let stamp: string | null = null;
let instances: ReadonlyMap<string, GpuInstance> | null = null;

/** The built-in facts of an instance type, by its name in its cloud; null if there are none. */
export function findBuiltInInstance(instance: string): GpuInstance | null {
  return listBuiltInInstances().get(instance) ?? null;
}

/** All built-in machines, by name. */
export function listBuiltInInstances(): ReadonlyMap<string, GpuInstance> {
  instances ??= new Map(
    BUILT_IN_INSTANCES.trim()
      .split('\n')
      .map(parseLine)
      .map((one) => [one.instance, one]),
  );
  return instances;
}

function parseLine(line: string): GpuInstance {
  const [cloud = '', instance = '', gpu = '', gpus, _memoryMib, vcpus, memoryGib, history = ''] = line.split(',');
  const of = cloud === 'azure' ? 'azure' : 'aws';
  return {
    instance,
    cloud: of,
    gpu,
    gpus: Number(gpus),
    vcpus: Number(vcpus),
    memoryGib: Number(memoryGib),
    prices: buildBuiltInPrices(instance, of, history.split(' ')),
  };
}

/** Each price is in force from the day on which it was first seen until the next one. */
function buildBuiltInPrices(resource: string, cloud: keyof typeof CLOUDS, history: readonly string[]): BookedPrice[] {
  const { lastSeen, region, where } = CLOUDS[cloud];
  const days = history.map((change) => change.split('='));
  return days.map(([day = '', amount = ''], index) => {
    const next = days[index + 1]?.[0];
    return {
      resource,
      price: { amount: decimalString(amount), currency: 'USD' },
      effectiveFrom: `${day}T00:00:00Z`,
      effectiveTo: next === undefined ? null : `${next}T00:00:00Z`,
      origin: 'builtIn',
      region,
      source: `${where}, built in`,
      book: `built-in@${lastSeen}`,
      asOf: `${next ?? lastSeen}T00:00:00Z`,
    };
  });
}
