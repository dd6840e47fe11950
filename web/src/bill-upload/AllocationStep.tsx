import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { getUnallocated } from '../../../src/finops/allocation/schema.ts';
import { getTeamOffer } from '../../../src/finops/allocation/team-offer/schema.ts';
import { TeamRuleNotice } from '../allocation/TeamRuleNotice.tsx';
import { endpointQuery } from '../client.ts';
import { Card } from '../parts/Card.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import styles from './bill-upload.module.css';
import { SuggestedRules } from './SuggestedRules.tsx';

const HEIGHT = 120;

interface AllocationStepProps {
  /** Months of the imported bill, oldest first. */
  readonly periods: readonly string[];
}

/** Allocation of an imported bill to teams: unallocated cost, a rule that would allocate it, and the chart. */
export function AllocationStep({ periods }: AllocationStepProps) {
  const month = periods.length === 1 ? periods[0] : undefined;
  const unallocated = useQuery(endpointQuery(getUnallocated, { query: { period: month, limit: 1 } }));
  const offer = useQuery(endpointQuery(getTeamOffer));
  return (
    <Card
      title="Cost by team"
      note="Allocation rules assign each row to a team; rows without a rule stay unallocated"
      actions={
        <Link
          to="/costs"
          search={{ by: ['team'], period: periods.at(-1) ?? 'all' }}
          className={`${parts.button} ${parts.primary}`}
        >
          Show cost by team
        </Link>
      }
    >
      <div className={styles.allocation}>
        <TeamRuleNotice ask />
        <Loaded query={unallocated} what="The unallocated cost" height={HEIGHT}>
          {({ totals, suggestions }) =>
            totals.length === 0 ? (
              <p data-testid="unallocated">Everything is allocated.</p>
            ) : (
              <>
                <p data-testid="unallocated">
                  Unallocated:{' '}
                  {totals.map((money, index) => (
                    <span key={money.currency}>
                      {index > 0 && ', '}
                      <MoneyFigure money={money} strong />
                    </span>
                  ))}{' '}
                  of effective cost.
                </p>
                {offer.data?.offer === null && <SuggestedRules suggestions={suggestions} />}
              </>
            )
          }
        </Loaded>
      </div>
    </Card>
  );
}
