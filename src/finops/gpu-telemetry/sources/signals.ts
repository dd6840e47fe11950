import { isDcgmBlank } from '../../../platform/gpus/index.ts';
import type { GpuSignal } from './schema.ts';

/** Meaning of a metric of the DCGM exporter. */
export interface Signal {
  readonly metric: 'utilization' | 'memory' | 'energy';
  /** Of several signals of one GPU the lowest rank counts; 0 for a metric with a single signal. */
  readonly rank: number;
  readonly factor: number;
  /** Maximum, in the unit of the metric; larger values are rejected. */
  readonly most: number;
  /** Has a small noise floor without load. */
  readonly noisy: boolean;
}

const MIB = 1024 ** 2;
const JOULES_A_MILLIJOULE = 1e-3;

/**
 * Share of the GPU's multiprocessors at work (SM_ACTIVE), share of time with any of them at work (GR_ENGINE_ACTIVE), share
 * of time with a running kernel (GPU_UTIL).
 */
export const UTILIZATION_SIGNALS = [
  'DCGM_FI_PROF_SM_ACTIVE',
  'DCGM_FI_PROF_GR_ENGINE_ACTIVE',
  'DCGM_FI_DEV_GPU_UTIL',
] as const satisfies readonly GpuSignal[];

/** Rank of the utilization of other readers: NVML's share of the time with a running kernel. */
export const KERNEL_RAN = 2;
export const MEMORY_SIGNAL = 'DCGM_FI_DEV_FB_USED';
export const ENERGY_SIGNAL = 'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION';

const RATIO = { metric: 'utilization', factor: 1, most: 1.01, noisy: true } as const;

const SIGNALS: Readonly<Record<string, Signal>> = {
  DCGM_FI_PROF_SM_ACTIVE: { ...RATIO, rank: 0 },
  DCGM_FI_PROF_GR_ENGINE_ACTIVE: { ...RATIO, rank: 1 },
  DCGM_FI_DEV_GPU_UTIL: { metric: 'utilization', rank: KERNEL_RAN, factor: 1 / 100, most: 100, noisy: false },
  [MEMORY_SIGNAL]: { metric: 'memory', rank: 0, factor: MIB, most: 2 ** 26, noisy: false },
  [ENERGY_SIGNAL]: { metric: 'energy', rank: 0, factor: JOULES_A_MILLIJOULE, most: 2 ** 53, noisy: false },
};

/** Null: a metric that is not read here. */
export function findSignal(name: string | undefined): Signal | null {
  return name !== undefined && Object.hasOwn(SIGNALS, name) ? (SIGNALS[name] ?? null) : null;
}

export type Fault =
  | 'no value: NaN or infinite'
  | 'a mark of DCGM for "not known"'
  | 'below zero'
  | 'more than there can be';

/** A value in our unit (a ratio, bytes, joules), or the fault. A value below the noise floor of its counter is zero: nothing runs. */
export function convertReading(value: number, signal: Signal, noiseRatio: number): number | Fault {
  // DCGM's blank values exceed every maximum, so they are checked first. Their range includes infinity, a separate fault.
  if (Number.isFinite(value) && isDcgmBlank(value)) return 'a mark of DCGM for "not known"';
  if (!Number.isFinite(value)) return 'no value: NaN or infinite';
  if (value < 0) return 'below zero';
  if (value > signal.most) return 'more than there can be';
  if (signal.noisy && value < noiseRatio) return 0;
  return signal.metric === 'utilization' ? Math.min(1, value * signal.factor) : value * signal.factor;
}
