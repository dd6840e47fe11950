import { useQuery } from '@tanstack/react-query';
import { listEvaluations } from '../../../src/mlops/evaluations/schema.ts';
import { getDecision } from '../../../src/tradeoff/decisions/schema.ts';
import { endpointQuery } from '../client.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { EvaluationsTable } from './EvaluationsTable.tsx';
import { listOutcomeRows, outcomesCsv } from './evaluation-rows.ts';

interface EvaluationsCardProps {
  readonly model: string;
  readonly version: string;
  /** Run that made the version; null where it names none. */
  readonly runId: string | null;
  /** Latest decision on the version, whose evidence has the comparison with the champion. */
  readonly decision: string | undefined;
}

const HEIGHT = 160;
const SHOWS = 'Outcomes of every example that the version was evaluated on.';

/** Evaluations of the run of a version: mean and examples of each outcome, and the difference from the champion. */
export function EvaluationsCard({ model, version, runId, decision }: EvaluationsCardProps) {
  const evaluations = useQuery({
    ...endpointQuery(listEvaluations, { query: { runId: runId ?? '' } }),
    enabled: runId !== null,
  });
  const compared = useQuery({
    ...endpointQuery(getDecision, { params: { decision: decision ?? '' } }),
    enabled: decision !== undefined,
  });
  const waits = decision !== undefined && compared.isPending;
  const rows = listOutcomeRows(evaluations.data?.evaluations ?? [], compared.data);
  return (
    <Card
      title="Evaluations"
      note="Per-example outcomes; versions that were evaluated on the same examples are compared in pairs."
      actions={
        rows.length > 0 && (
          <CsvButton name={`${model}-${version}-evaluations`} what="the evaluations" text={() => outcomesCsv(rows)} />
        )
      }
      flush
    >
      {runId === null ? (
        <EmptyState shows={SHOWS} why="The version names no run, and evaluations belong to runs." />
      ) : (
        <Loaded
          query={waits ? { ...evaluations, data: undefined } : evaluations}
          what="Its evaluations"
          height={HEIGHT}
        >
          {() =>
            rows.length === 0 ? (
              <EmptyState
                shows={SHOWS}
                why="No table of outcomes was imported for its run."
                command={`steelyard evaluation import outcomes.csv --run ${runId} --id example_id --correct correct`}
              />
            ) : (
              <EvaluationsTable rows={rows} />
            )
          }
        </Loaded>
      )}
    </Card>
  );
}
