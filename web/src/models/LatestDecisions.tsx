import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { listDecisions } from '../../../src/tradeoff/decisions/schema.ts';
import { endpointQuery } from '../client.ts';
import { DecisionsTable } from '../decisions/DecisionsTable.tsx';
import { Card } from '../parts/Card.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';

const SHOWN = 5;
const HEIGHT = 320;

/** The latest decisions on all models, and the way to the others. */
export function LatestDecisions() {
  const query = useQuery(endpointQuery(listDecisions, { query: { pageSize: SHOWN } }));
  if (query.data?.decisions.length === 0) return null;
  return (
    <Card
      title="Latest decisions"
      note="On all models, at any time"
      actions={
        <Link to="/decisions" className={parts.textLink}>
          All decisions
        </Link>
      }
      flush
    >
      <Loaded query={query} what="The decisions" height={HEIGHT}>
        {({ decisions }) => <DecisionsTable decisions={decisions} />}
      </Loaded>
    </Card>
  );
}
