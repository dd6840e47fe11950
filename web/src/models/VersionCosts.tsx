import type { ReactNode } from 'react';
import type { RunCost } from '../../../src/mlops/tracking/schema.ts';
import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import { formatMeasure } from '../format/number.ts';
import { Facts } from '../parts/Facts.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { CostFigure } from './CostFigure.tsx';

/** What it cost to make, by each record that there is, and what it costs to use. */
export function VersionCosts({ evidence }: { readonly evidence: VersionEvidence }) {
  return (
    <Facts
      facts={[
        ['1,000 predictions', <CostFigure key="predictions" evidence={evidence.costPerThousandPredictions} />],
        ['Training', <CostFigure key="training" evidence={evidence.trainingCost} />],
        ...runFacts(evidence.runCost ?? null),
      ]}
    />
  );
}

function runFacts(cost: RunCost | null): (readonly [string, ReactNode])[] {
  if (cost === null) return [];
  const { gpuHours, energy, hardware } = cost;
  return [
    ['Training, reconciled with the bill', <Figure key="reconciled" figure={cost.reconciled} />],
    ['Training, allocated by rules', <Figure key="allocated" figure={cost.allocated} />],
    [
      'Hardware',
      hardware.length === 0 ? (
        <Unknown key="hardware" reason="No usage interval names its run." />
      ) : (
        hardware.map(({ resource, quantity }) => `${formatMeasure(quantity)} × ${resource}`).join('; ')
      ),
    ],
    [
      'GPU-hours',
      gpuHours.hours === null ? (
        <Unknown key="hours" reason={gpuHours.reason ?? 'Not known.'} />
      ) : (
        formatMeasure(gpuHours.hours)
      ),
    ],
    [
      'GPU energy',
      energy.kilowattHours === null ? (
        <Unknown key="energy" reason={energy.reason ?? 'Not measured.'} />
      ) : (
        `${formatMeasure(energy.kilowattHours)} kWh`
      ),
    ],
  ];
}

function Figure({ figure: { cost, reason } }: { readonly figure: RunCost['reconciled'] }) {
  if (cost === null) return <Unknown reason={reason ?? 'Not known.'} />;
  return (
    <span data-tip={reason === null ? undefined : `Leaves out: ${reason}`}>
      {reason !== null && 'at least '}
      <MoneyFigure money={cost} />
    </span>
  );
}
