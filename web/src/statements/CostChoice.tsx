import { Choice } from '../parts/Choice.tsx';
import type { Cost } from './amounts.ts';

const COSTS = [
  { value: 'billed', label: 'Billed' },
  { value: 'effective', label: 'Effective' },
] as const;

interface CostChoiceProps {
  readonly cost: Cost;
  readonly onCost: (cost: Cost) => void;
}

/**
 * Choice of the cost metric: billed cost as on the invoice, or effective cost with commitments spread over their term.
 */
export function CostChoice({ cost, onCost }: CostChoiceProps) {
  return <Choice label="Cost" value={cost} options={COSTS} onChange={onCost} />;
}
