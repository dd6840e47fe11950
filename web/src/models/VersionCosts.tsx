import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { RunCost } from '../../../src/mlops/runs/schema.ts';
import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import type { UnitCost } from '../../../src/tradeoff/unit-cost/schema.ts';
import { formatScaled, type UnitScale, unitScale } from '../format/money.ts';
import { formatMeasure } from '../format/number.ts';
import { Facts } from '../parts/Facts.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { CostFigure } from './CostFigure.tsx';
import { UnitCostFigure } from './UnitCostFigure.tsx';
import { BASIS_NAME } from './unit-costs.ts';

/** Predictions that a unit cost is stated for. */
const COUNT = 1000;

/** Training cost from each available record, and the unit cost. */
export function VersionCosts({ evidence }: { readonly evidence: VersionEvidence }) {
  return (
    <Facts
      facts={[
        ...unitCostFacts(evidence.unitCosts ?? []),
        ['Training', <CostFigure key="training" evidence={evidence.trainingCost} />],
        ...runFacts(evidence.runCost ?? null),
      ]}
    />
  );
}

/** One line for each basis and hardware: they are not compared with each other. */
function unitCostFacts(costs: readonly UnitCost[]): (readonly [string, ReactNode])[] {
  if (costs.length === 0) {
    const reason = 'No benchmark was recorded and no endpoint served it.';
    return [['Per 1,000 predictions', <UnitCostFigure key="none" figure={null} reason={reason} />]];
  }
  // One scale for all of them: a reader does not convert units between neighbours.
  const known = costs.flatMap(({ perThousand }) => (perThousand === null ? [] : [perThousand.amount]));
  const scale = unitScale(known.toSorted((a, b) => Number(a) - Number(b))[0] ?? '1', COUNT);
  return costs.map((cost) => [
    `Per ${scale.per} predictions, ${BASIS_NAME[cost.basis]}`,
    <span key={`${cost.basis} ${cost.hardware.name} ${cost.batchSize} ${cost.endpoint}`}>
      <UnitCostFigure figure={cost} reason={cost.reason ?? 'Not measured.'} scale={scale} stated={scale.per} /> on{' '}
      {cost.hardware.name}
      {cost.batchSize == null ? '' : `, batches of ${cost.batchSize}`}
      {cost.endpoint !== null && (
        <>
          {' '}
          at{' '}
          <Link to="/endpoints/$endpoint" params={{ endpoint: cost.endpoint }} className={parts.textLink}>
            {cost.endpoint}
          </Link>
          {`, last seven days${idleText(cost, scale)}`}
        </>
      )}
    </span>,
  ]);
}

function idleText({ busy, idle }: UnitCost, scale: UnitScale): string {
  return busy === null || idle === null ? '' : `: ${formatScaled(busy, scale)} busy, ${formatScaled(idle, scale)} idle`;
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
    <span data-tip={reason === null ? undefined : `Excludes: ${reason}`}>
      {reason !== null && 'at least '}
      <MoneyFigure money={cost} />
    </span>
  );
}
