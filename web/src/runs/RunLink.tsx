import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { getRun } from '../../../src/mlops/runs/schema.ts';
import { endpointQuery } from '../client.ts';
import parts from '../parts/parts.module.css';

/** The way to another run, by its name once that has come. */
export function RunLink({ runId }: { readonly runId: string }) {
  const run = useQuery(endpointQuery(getRun, { params: { runId } }));
  return (
    <Link to="/runs/$runId" params={{ runId }} className={parts.textLink}>
      {run.data?.runName ?? runId.slice(0, 8)}
    </Link>
  );
}
