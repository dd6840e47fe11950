import { Link } from '@tanstack/react-router';
import type { PeriodState } from '../../../src/finops/billing/schema.ts';
import type { StatementBasis } from '../../../src/finops/statements/schema.ts';
import { DeliveryLink } from '../deliveries/DeliveryLink.tsx';
import { StateMark } from '../deliveries/StateMark.tsx';
import { Facts } from '../parts/Facts.tsx';
import parts from '../parts/parts.module.css';
import { Skeleton } from '../parts/Skeleton.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import styles from './statements.module.css';

const NO_BILL = 'No bill covers the month.';

interface BasisFactsProps {
  readonly basis: Pick<StatementBasis, 'basis' | 'deliveries' | 'rulesVersion'> & Partial<StatementBasis>;
  /** Null while it is not known. */
  readonly state: PeriodState | null;
}

/** The deliveries, the rules and the allocation behind the figures; each links to its page. */
export function BasisFacts({ basis, state }: BasisFactsProps) {
  return (
    <Facts
      facts={[
        [
          'State of the month',
          state === null ? <Skeleton key="state" height={20} width={72} /> : <StateMark key="state" state={state} />,
        ],
        ['Bill deliveries', <Deliveries key="deliveries" deliveries={basis.deliveries} />],
        ['Allocation rules', <RulesLink key="rules" version={basis.rulesVersion} />],
        ['Allocation', <Id key="basis" id={basis.basis} />],
        ...(basis.previousDeliveries === undefined
          ? []
          : [['Previous month', <Deliveries key="before" deliveries={basis.previousDeliveries} />] as const]),
      ]}
    />
  );
}

function Deliveries({ deliveries }: { readonly deliveries: readonly string[] }) {
  if (deliveries.length === 0) return <Unknown reason={NO_BILL} />;
  return (
    <span className={styles.listed}>
      {deliveries.map((delivery) => (
        <DeliveryLink key={delivery} delivery={delivery} />
      ))}
    </span>
  );
}

function RulesLink({ version }: { readonly version: number }) {
  return (
    <Link to="/allocation" search={{ version }} className={parts.textLink}>
      version {version}
    </Link>
  );
}

function Id({ id }: { readonly id: string | null }) {
  return id === null ? <Unknown reason="Nothing has been allocated yet." /> : <code>{id}</code>;
}
