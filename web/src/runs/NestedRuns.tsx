import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { countRuns } from '../../../src/mlops/run-views/run-table/schema.ts';
import type { Run } from '../../../src/mlops/runs/schema.ts';
import { endpointQuery } from '../client.ts';
import { counted } from '../format/number.ts';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';

/** The tag by which MLflow's clients nest a run in another. */
export const PARENT_TAG = 'mlflow.parentRunId';

/** How many runs were nested in this one, and the way to their table. */
export function NestedRuns({ run: { runId, experimentId } }: { readonly run: Run }) {
  const filter = `tags.${PARENT_TAG} = '${runId}'`;
  const count = useQuery(endpointQuery(countRuns, { query: { experimentId, filter } }));
  if (count.data === undefined) return <Unknown reason={count.error?.message ?? 'Counting.'} />;
  if (count.data.runs === 0) return 'none';
  return (
    <Link to="/experiments/$experimentId" params={{ experimentId }} search={{ filter }} className={parts.textLink}>
      {counted(count.data.runs, 'run')}
    </Link>
  );
}
