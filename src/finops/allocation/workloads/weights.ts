import { decimal } from '../../../platform/units/index.ts';
import type { KubernetesSplit } from '../rules/schema.ts';
import type { WorkloadUsage } from './schema.ts';

/** An exact fraction, num / den. */
export interface Rational {
  readonly num: bigint;
  readonly den: bigint;
}

const ZERO: Rational = { num: 0n, den: 1n };
const ONE: Rational = { num: 1n, den: 1n };

/** Weight of a workload in the price of its node. All fields are whole numbers in one unit for all nodes of a rule. */
export interface WorkloadWeight {
  /** Amount held by the rule's basis. */
  readonly held: bigint;
  /** Used part of `held`; equal to `held` where usage is unknown. */
  readonly busy: bigint;
  /** Weight of the whole node. */
  readonly capacity: bigint;
  /** Weight of one GPU where the node is split by GPUs alone, else of the node: the unit of the displayed quantity. */
  readonly one: bigint;
  readonly unit: 'GPU-Hours' | 'Node-Hours';
}

/** Least common multiple of 1 to 16 and of 10^6: every reportable quantity is a whole number of these parts. */
const PARTS = 9_009_000_000n;

/**
 * Weight of a workload by the rule of its node (OpenCost): a workload holds max(request, usage) of each resource, weighted
 * by the price of the resource. By default, only GPUs count on a node with GPUs: a split by list prices would assign two
 * thirds of an H100 node to its CPUs and memory.
 * Example: 2 of 8 GPUs requested, 1 used -> held : busy : capacity = 2 : 1 : 8, unit GPU-Hours.
 */
export function computeWorkloadWeight(usage: WorkloadUsage, rule: KubernetesSplit): WorkloadWeight {
  const { prices, whole } = scaleRulePrices(rule);
  const gpus = parseRational(usage.capacity.gpus);
  const byGpu = gpus.num > 0n && rule.gpuNodes === 'gpu-share';
  const price = byGpu ? { cpu: ZERO, gpu: ONE, ramGib: ZERO } : prices;
  const capacity = { cpu: parseRational(usage.capacity.cpus), gpu: gpus, ramGib: parseRational(usage.capacity.ramGib) };
  const sum = (amount: (resource: keyof typeof price) => Rational) => {
    const parts = (['cpu', 'gpu', 'ramGib'] as const).map((each) => multiplyRationals(price[each], amount(each)));
    return parts.reduce((total, { num, den }) => total + (num * whole) / den, 0n);
  };
  const node = sum((resource) => capacity[resource]);
  return {
    held: sum((resource) => computeHeldAmount(usage[resource], rule)),
    busy: sum((resource) => computeBusyAmount(usage[resource], rule)),
    capacity: node,
    one: byGpu ? whole : node,
    unit: byGpu ? 'GPU-Hours' : 'Node-Hours',
  };
}

/** Prices of the rule, and the number of parts for which each product of price and quantity is a whole number. */
function scaleRulePrices({ prices }: KubernetesSplit) {
  const exact = {
    cpu: parseRational(prices.cpuHour),
    gpu: parseRational(prices.gpuHour),
    ramGib: parseRational(prices.ramGibHour),
  };
  const whole = Object.values(exact).reduce((common, { den }) => lcm(common, den), 1n) * PARTS;
  return { prices: exact, whole };
}

type ResourceUsage = WorkloadUsage['gpu'];

function computeHeldAmount(resource: ResourceUsage, { basis }: KubernetesSplit): Rational {
  const requested = resource?.requested === undefined ? ZERO : parseRational(resource.requested);
  const used = resource?.used === undefined ? ZERO : parseRational(resource.used);
  if (basis === 'request') return requested;
  if (basis === 'usage') return used;
  return isLess(requested, used) ? used : requested;
}

function computeBusyAmount(resource: ResourceUsage, rule: KubernetesSplit): Rational {
  const held = computeHeldAmount(resource, rule);
  if (rule.idle === 'included' || resource?.used === undefined) return held;
  const used = parseRational(resource.used);
  return isLess(used, held) ? used : held;
}

/** `"1/7"` and `"0.25"`, exactly. */
export function parseRational(text: string): Rational {
  const [num = '0', den] = text.split('/');
  if (den !== undefined) return { num: BigInt(num), den: BigInt(den) };
  const exact = decimal(text);
  const scale = 10n ** BigInt(exact.decimalPlaces());
  return { num: BigInt(exact.times(scale.toString()).toFixed(0)), den: scale };
}

function multiplyRationals(one: Rational, other: Rational): Rational {
  return reduceRational({ num: one.num * other.num, den: one.den * other.den });
}

function isLess(one: Rational, other: Rational): boolean {
  return one.num * other.den < other.num * one.den;
}

function reduceRational({ num, den }: Rational): Rational {
  const divisor = gcd(num, den);
  return { num: num / divisor, den: den / divisor };
}

function gcd(one: bigint, other: bigint): bigint {
  let [a, b] = [one, other];
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 0n ? 1n : a;
}

function lcm(one: bigint, other: bigint): bigint {
  return (one / gcd(one, other)) * other;
}
