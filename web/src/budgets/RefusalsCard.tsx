import { useQuery } from '@tanstack/react-query';
import { listBudgetRefusals } from '../../../src/finops/budgets/refusals/schema.ts';
import type { BudgetDetail } from '../../../src/finops/budgets/schema.ts';
import { endpointQuery } from '../client.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { RefusalsTable } from './RefusalsTable.tsx';

const HEIGHT = 200;
const REFRESH_MS = 10_000;

/** The last requests for money that the budget refused. */
export function RefusalsCard({ budget: { name, enforcement } }: { readonly budget: BudgetDetail }) {
  const query = endpointQuery(listBudgetRefusals, { params: { budget: name } });
  const refusals = useQuery({ ...query, refetchInterval: REFRESH_MS });
  return (
    <Card title="Refused requests" note="The last 100. Repeated requests of the same work count in one row." flush>
      <Loaded query={refusals} what="The refusals" height={HEIGHT}>
        {(data) =>
          data.refusals.length === 0 ? (
            <EmptyState
              shows="Runs and pipeline steps that this budget refused: when, needed and remaining amount, and the reason."
              why={
                enforcement === 'soft' ? 'An alert-only budget refuses no work.' : 'This budget has refused no request.'
              }
            />
          ) : (
            <RefusalsTable name={name} refusals={data.refusals} />
          )
        }
      </Loaded>
    </Card>
  );
}
