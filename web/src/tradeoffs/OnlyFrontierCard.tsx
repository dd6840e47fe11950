import { useMemo, useState } from 'react';
import type { ModelFrontier } from '../../../src/tradeoff/frontier/schema.ts';
import { FrontierCard } from './FrontierCard.tsx';
import { labelPoints } from './point-labels.ts';

/** The frontier of the only model, below the list; its price and view are not in the address. */
export function OnlyFrontierCard({ frontier }: { readonly frontier: ModelFrontier }) {
  const [price, setPrice] = useState<string | undefined>();
  const [asTable, setAsTable] = useState(false);
  const labels = useMemo(() => labelPoints(frontier.points), [frontier]);
  return <FrontierCard {...{ frontier, labels, price, asTable }} onPrice={setPrice} onTable={setAsTable} />;
}
