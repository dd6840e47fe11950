import type { ContainerUse } from '../../../finops/workloads/index.ts';
import { type Decimal, decimal, decimalString } from '../../../platform/units/index.ts';

const GIB = 1024 ** 3;
const PLACES = 12;

export interface Requests {
  readonly cpus: number;
  readonly memoryBytes: number;
}

/** Cost of an hour of one pod with these requests, and its currency; null without a price of both in one currency. */
export function computePodHourCost(
  { cpuPrice, memoryPrice }: Pick<ContainerUse, 'cpuPrice' | 'memoryPrice'>,
  { cpus, memoryBytes }: Requests,
): { readonly amount: Decimal; readonly currency: string } | null {
  const [cpu, memory] = [cpuPrice.price, memoryPrice.price];
  if (cpu === null || memory === null || cpu.currency !== memory.currency) return null;
  const ofMemory = decimal(memory.amount).times(memoryBytes).dividedBy(GIB);
  return { amount: decimal(cpu.amount).times(cpus).plus(ofMemory), currency: cpu.currency };
}

/** Reason for an unknown cost; null where it is known. */
export function explainUnpricedRequests({
  cpuPrice,
  memoryPrice,
}: Pick<ContainerUse, 'cpuPrice' | 'memoryPrice'>): string | null {
  const lacking = [cpuPrice, memoryPrice].filter(({ price }) => price === null).map(({ resource }) => `"${resource}"`);
  if (lacking.length > 0) {
    return `no hourly price for ${lacking.join(' and ')}: add it to your price book, or name other keys in the source (containers.cpu, containers.memory)`;
  }
  if (cpuPrice.price?.currency === memoryPrice.price?.currency) return null;
  return `${cpuPrice.resource} and ${memoryPrice.resource} are priced in several currencies`;
}

/** Hourly cost of a workload, from the cost of one pod-hour; null where the number of pods is unknown. */
export function computePodHourlyCosts(podsByHour: ContainerUse['podsByHour'], perPod: Decimal): (string | null)[] {
  return podsByHour.map((pods) => (pods === null ? null : decimalString(perPod.times(pods).toDecimalPlaces(PLACES))));
}
