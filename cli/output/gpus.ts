import type { GpuUse } from '../../src/platform/gpus/schema.ts';
import { formatBytes } from './amounts.ts';

const JOULES_PER_KWH = 3.6e6;

/** `2 x NVIDIA A10G: 61 % busy, 20.0 GiB, 0.0125 kWh (nvidia-smi)`; unknown values are named as unknown. */
export function gpuText({ count, model, utilizationRatio, peakMemoryBytes, energyJoules, source }: GpuUse): string {
  const what = `${count} x ${model ?? 'GPU'}`;
  const known = [
    utilizationRatio === null ? null : `${Math.round(utilizationRatio * 100)} % busy`,
    peakMemoryBytes === null ? null : formatBytes(peakMemoryBytes),
    energyJoules === null ? null : energyText(energyJoules),
  ].filter((part) => part !== null);
  if (source === 'declared' || known.length === 0) return `${what}: not measured`;
  return `${what}: ${known.join(', ')} (${source})`;
}

/** `0.0125 kWh`: three figures that count. */
export function energyText(joules: number): string {
  return `${Number((joules / JOULES_PER_KWH).toPrecision(3))} kWh`;
}
