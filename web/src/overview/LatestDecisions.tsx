import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ResponseOf } from '../../../src/platform/contract/schema.ts';
import type { listDecisions } from '../../../src/tradeoff/decisions/schema.ts';
import { DecisionsTable } from '../decisions/DecisionsTable.tsx';
import { useScope } from '../frame/use-scope.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { tileScope } from './tile-scope.ts';

const HEIGHT = 200;

/** The latest verdicts, each with the small beam. */
export function LatestDecisions({
  decisions,
}: {
  readonly decisions: UseQueryResult<ResponseOf<typeof listDecisions>>;
}) {
  const beyond = tileScope(useScope(), { period: false, team: false }) ?? undefined;
  return (
    <Card
      title="Latest decisions"
      note={beyond}
      className="wide"
      flush
      actions={
        <Link to="/decisions" className={parts.button}>
          All decisions
        </Link>
      }
    >
      <Loaded query={decisions} what="The decisions" height={HEIGHT}>
        {(data) =>
          data.decisions.length === 0 ? (
            <EmptyState
              shows="The latest verdicts, with their quality and cost evidence."
              why="No model version has been evaluated yet."
              command="steelyard gate check MODEL VERSION --policy NAME"
            />
          ) : (
            <DecisionsTable decisions={data.decisions} />
          )
        }
      </Loaded>
    </Card>
  );
}
