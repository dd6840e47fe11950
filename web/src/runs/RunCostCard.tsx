import type { ReactNode } from 'react';
import type { Run } from '../../../src/mlops/runs/schema.ts';
import { formatMeasure } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { Facts } from '../parts/Facts.tsx';
import { Instant } from '../parts/Instant.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { CostFigure } from './CostFigure.tsx';
import { CostLegend } from './CostLegend.tsx';

/** Cost of a run on each basis, with the resources behind it. */
export function RunCostCard({ cost }: { readonly cost: Run['cost'] }) {
  return (
    <Card title="Cost" actions={<CostLegend />}>
      <Facts
        facts={[
          ['Total', <CostFigure key="total" total={cost.total} />],
          ['Metered', <Figure key="metered" figure={cost.metered} />],
          ['Reconciled with the bill', <Figure key="reconciled" figure={cost.reconciled} />],
          ['Allocated by rules', <Figure key="allocated" figure={cost.allocated} />],
          ...listResources(cost),
        ]}
      />
    </Card>
  );
}

/** Resources of the run, as far as they are known. */
function listResources({ gpuHours, energy, hardware, priceSources, asOf }: Run['cost']): [string, ReactNode][] {
  return [
    [
      'Hardware',
      hardware.length === 0 ? (
        <Unknown key="hardware" reason="No usage interval names this run." />
      ) : (
        hardware
          .map(({ resource, quantity, hours }) => `${formatMeasure(quantity)} × ${resource}, ${formatMeasure(hours)} h`)
          .join('; ')
      ),
    ],
    [
      'Prices',
      priceSources.length === 0 ? (
        <Unknown key="prices" reason="No usage of this run has a price." />
      ) : (
        priceSources.join('; ')
      ),
    ],
    ['GPU-hours', <Amount key="gpu" amount={gpuHours.hours} reason={gpuHours.reason} unit="" />],
    ['GPU energy', <Amount key="energy" amount={energy.kilowattHours} reason={energy.reason} unit=" kWh" />],
    [
      'Costs as of',
      asOf === null ? <Unknown key="as" reason="No usage is recorded." /> : <Instant key="as" at={asOf} />,
    ],
  ];
}

interface AmountProps {
  readonly amount: string | number | null;
  readonly reason: string | null;
  readonly unit: string;
}

function Amount({ amount, reason, unit }: AmountProps) {
  return amount === null ? <Unknown reason={reason ?? 'Not known.'} /> : `${formatMeasure(amount)}${unit}`;
}

function Figure({ figure: { cost, reason } }: { readonly figure: Run['cost']['metered'] }) {
  if (cost === null) return <Unknown reason={reason ?? 'Not known.'} />;
  return (
    <span data-tip={reason === null ? undefined : `Excludes: ${reason}`}>
      {reason !== null && 'at least '}
      <MoneyFigure money={cost} />
    </span>
  );
}
