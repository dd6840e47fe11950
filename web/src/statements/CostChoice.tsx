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

/** What the invoice says, or what was used up of it with commitments spread over their term. */
export function CostChoice({ cost, onCost }: CostChoiceProps) {
  return <Choice label="Cost" value={cost} options={COSTS} onChange={onCost} />;
}
