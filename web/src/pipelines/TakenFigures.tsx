import type { PipelineStep } from '../../../src/mlops/pipelines/schema.ts';
import { formatBytes, formatMeasure, formatPercent } from '../format/number.ts';
import { Unknown } from '../parts/Unknown.tsx';
import { formatDuration } from '../runs/duration.ts';

type Taken = Pick<
  PipelineStep['attempts'][number],
  'cpuSeconds' | 'peakMemoryBytes' | 'usageReason' | 'gpus' | 'place' | 'prices'
>;
interface Of {
  readonly of: Taken;
}

const NOT_COUNTED = 'The engine does not measure it.';
const JOULES_PER_KWH = 3.6e6;

export function CpuTime({ of: { cpuSeconds, usageReason } }: Of) {
  if (cpuSeconds === null) return <Unknown reason={usageReason ?? NOT_COUNTED} />;
  return <>{formatDuration(cpuSeconds * 1000)}</>;
}

export function MostMemory({ of: { peakMemoryBytes, usageReason } }: Of) {
  if (peakMemoryBytes === null) return <Unknown reason={usageReason ?? NOT_COUNTED} />;
  return <>{formatBytes(peakMemoryBytes)}</>;
}

/** How busy its GPUs were, and the memory of them that was in use. */
export function GpuWork({ of: { gpus } }: Of) {
  if (gpus === null) return <>none</>;
  const { count, model, utilizationRatio, peakMemoryBytes, reason } = gpus;
  const what = `${count} × ${model ?? 'GPU'}`;
  if (utilizationRatio === null) {
    return (
      <>
        {what}, <Unknown reason={reason ?? 'No GPU readings.'} />
      </>
    );
  }
  const memory = peakMemoryBytes === null ? '' : `, ${formatBytes(peakMemoryBytes)}`;
  return <>{`${what}, ${formatPercent(utilizationRatio * 100)} busy${memory}`}</>;
}

export function GpuEnergy({ of: { gpus } }: Of) {
  if (gpus === null) return <Unknown reason="It had no GPU, and other energy is not measured." />;
  if (gpus.energyJoules === null) return <Unknown reason={gpus.reason ?? 'No GPU readings.'} />;
  return <>{`${formatMeasure(gpus.energyJoules / JOULES_PER_KWH)} kWh`}</>;
}

/** The machine of a cluster that it ran on, and the part of it that it had. */
export function RanOn({ of: { place } }: Of) {
  if (place === null) return <Unknown reason="Only a cluster reports the machine." />;
  const { node, instance, share } = place;
  const part = share === 1 ? '' : `, ${formatPercent(share * 100)} of it`;
  return <>{`${instance ?? node}${part}`}</>;
}

export function PricedBy({ of: { prices } }: Of) {
  if (prices.length === 0) return <Unknown reason="Its resources have no price." />;
  return <>{prices.join('; ')}</>;
}
