import { Link } from '@tanstack/react-router';
import type { Delivery } from '../../../src/finops/billing/schema.ts';
import parts from '../parts/parts.module.css';
import type { DeliverySearch } from './deliveries-search.ts';

interface DeliveryActsProps {
  readonly entry: Delivery;
  /** The preceding delivery; null for the first of its export and period. */
  readonly before: Delivery | null;
}

/** Actions on one period of a delivery. Each shows its effect and asks for confirmation. */
export function DeliveryActs({ entry, before }: DeliveryActsProps) {
  if (entry.period === null) return null;
  const act = (ask: NonNullable<DeliverySearch['ask']>, text: string) => (
    <Link
      from="/deliveries/$delivery"
      to="/deliveries/$delivery"
      params={{ delivery: entry.delivery }}
      search={(now) => ({ ...now, ask, month: entry.period ?? undefined })}
      resetScroll={false}
      className={parts.button}
    >
      {text}
    </Link>
  );
  if (entry.standing === 'shadowed' || entry.standing === 'held') {
    return (
      <>
        {act('prefer', 'Count this export…')}
        {act('beside', 'Count both…')}
      </>
    );
  }
  if (entry.standing === 'current') return before === null ? null : act('revert', 'Revert…');
  return act('revert', 'Count this one…');
}
