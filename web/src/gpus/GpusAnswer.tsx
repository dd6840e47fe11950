import type { GpuOwner, GpuOwners } from '../../../src/finops/gpu-usage/schema.ts';
import { counted, formatPercent } from '../format/number.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { idleHours, idleMoney, toMoney } from './figures.ts';
import { DIMENSIONS, hoursText, shortName } from './words.ts';

interface GpusAnswerProps {
  readonly owners: GpuOwners;
  /** When, in a sentence: "in November 2026". */
  readonly when: string;
}

/** Cost of the GPU time, its used, idle and unallocated share, and the owner with the most idle time. */
export function GpusAnswer({ owners, when }: GpusAnswerProps) {
  const { by, gpuHours, cost, gpus, usedShare, groups } = owners;
  const paid = toMoney(cost, 'paid');
  const idle = idleMoney(cost);
  const unallocated = toMoney(cost, 'unallocated');
  const first = mostIdle(groups);
  const firstIdle = first === undefined ? null : idleMoney(first.cost);
  const hours = idleHours(gpuHours);
  return (
    <>
      <strong data-testid="headline">{paid === null ? hoursText(gpuHours.paid) : <MoneyFigure money={paid} />}</strong>{' '}
      of time on {counted(gpus, 'GPU')} {when}: {usedShare === null ? 'nothing' : formatPercent(usedShare * 100)} of it
      was used, {idle === null ? hoursText(hours) : <MoneyFigure money={idle} />} was idle
      {gpuHours.unallocated > 0 && (
        <>
          {' '}
          and {unallocated === null ? hoursText(gpuHours.unallocated) : <MoneyFigure money={unallocated} />} was
          unallocated
        </>
      )}
      {first !== undefined && idleHours(first.gpuHours) > 0 && (
        <>
          ; {first.key === null ? 'unknown owners' : `${DIMENSIONS[by].toLowerCase()} ${shortName(first.key)}`} had the
          most idle time (
          {firstIdle === null ? hoursText(idleHours(first.gpuHours)) : <MoneyFigure money={firstIdle} />})
        </>
      )}
      .
    </>
  );
}

/** The owner with the most idle hours; the first among equals. */
function mostIdle(groups: readonly GpuOwner[]): GpuOwner | undefined {
  return groups.toSorted((a, b) => idleHours(b.gpuHours) - idleHours(a.gpuHours))[0];
}
