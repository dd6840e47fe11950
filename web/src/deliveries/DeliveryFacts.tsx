import type { Delivery } from '../../../src/finops/billing/schema.ts';
import { Facts } from '../parts/Facts.tsx';
import { Instant } from '../parts/Instant.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { DeliveryLink } from './DeliveryLink.tsx';

const DATASETS = {
  CostAndUsage: 'Cost and usage',
  ActualCost: 'Actual cost',
  AmortizedCost: 'Amortized cost',
} as const;

/** Origin of a delivery, and its ids. */
export function DeliveryFacts({ entry }: { readonly entry: Delivery }) {
  return (
    <Facts
      facts={[
        ['Source', entry.source],
        ['Export', entry.export],
        ['Scope', entry.scope],
        ['Row type', DATASETS[entry.dataset]],
        ['Received', <Instant key="received" at={entry.receivedAt} />],
        ['Created by the cloud', <Instant key="produced" at={entry.producedAt} />],
        ['Id', <DeliveryLink key="id" delivery={entry.delivery} full />],
        ['Cloud id', entry.producerId ?? <Unknown key="producer" reason="Plain files have no cloud id." />],
      ]}
    />
  );
}
