import { useQueries, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { listModels } from '../../../src/mlops/registry/schema.ts';
import { endpointQuery } from '../client.ts';
import { counted } from '../format/number.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { ErrorState } from '../parts/ErrorState.tsx';
import layout from '../parts/layout.module.css';
import { Page } from '../parts/Page.tsx';
import { describeReadError } from '../parts/read-error.ts';
import { Skeleton } from '../parts/Skeleton.tsx';
import { OnlyFrontierCard } from './OnlyFrontierCard.tsx';
import { labelPoints } from './point-labels.ts';
import { TradeOffsAnswer } from './TradeOffsAnswer.tsx';
import { type ListedFrontier, TradeOffsList } from './TradeOffsList.tsx';
import { choosePolicy, frontierQuery, modelPoliciesQuery } from './use-frontier.ts';

const TABLE_HEIGHT = 200;

/** Models that have a version with both cost and quality, and the choice that each offers. */
export function TradeOffsPage() {
  const models = useQuery(endpointQuery(listModels));
  const names = models.data?.models.map(({ name }) => name) ?? [];
  const policies = useQueries({ queries: names.map(modelPoliciesQuery) });
  const frontiers = useQueries({
    queries: names.map((name, index) => {
      const found = policies[index]?.data?.policies;
      return { ...frontierQuery(name, { policy: choosePolicy(found ?? [], undefined) }), enabled: found !== undefined };
    }),
  });
  const listed = names.map((model, index): ListedFrontier => {
    const { data, error } = frontiers[index] ?? {};
    return { model, frontier: data ?? null, error: error ?? policies[index]?.error ?? null };
  });
  const waits = models.isPending || frontiers.some(({ isPending }, index) => isPending && !policies[index]?.isError);
  const { error } = models;
  const found = listed.filter(({ frontier }) => frontier !== null && frontier.points.length > 0);
  const without = listed.filter(({ frontier }) => frontier === null || frontier.points.length === 0);
  const only = found.length === 1 ? (found[0]?.frontier ?? null) : null;
  return (
    <Page
      title="Trade-offs"
      answer={
        error !== null ? describeReadError(error, 'The models') : waits ? <AnswerPending /> : describeFound(found)
      }
    >
      {error !== null ? (
        <ErrorState error={error} what="The models" onRetry={() => void models.refetch()} />
      ) : waits ? (
        <div aria-busy="true">
          <Skeleton height={TABLE_HEIGHT} />
        </div>
      ) : (
        <div className={layout.stack}>
          <Card title="Models" note="Cost at demand against quality; each leads to its frontier and what-if." flush>
            {found.length > 0 ? (
              <TradeOffsList listed={found} />
            ) : (
              <EmptyState
                shows="Every model with the cheapest version that is proven not worse than its champion."
                why={
                  names.length === 0
                    ? 'No model is registered yet.'
                    : 'No model has a version with both an evaluation and a benchmark. Import the outcomes of the run of a version.'
                }
                command={
                  names.length === 0
                    ? `export MLFLOW_TRACKING_URI=${window.location.origin}`
                    : 'steelyard evaluation import outcomes.csv --run RUN --id example_id --correct correct'
                }
              />
            )}
          </Card>
          {only !== null && <OnlyFrontierCard frontier={only} />}
          {found.length > 0 && without.length > 0 && <WithoutPoints listed={without} />}
        </div>
      )}
    </Page>
  );
}

function describeFound(found: readonly ListedFrontier[]): ReactNode {
  const [first, ...others] = found;
  if (first === undefined) return 'No model has a version with both cost and quality yet.';
  if (others.length === 0 && first.frontier !== null) {
    return (
      <>
        {first.model}: <TradeOffsAnswer frontier={first.frontier} labels={labelPoints(first.frontier.points)} />
      </>
    );
  }
  const cheaper = found.filter(({ frontier }) => {
    const saving = frontier?.cheapestNonInferior.saving ?? null;
    return saving !== null && Number(saving.amount) > 0;
  });
  const models = counted(found.length, 'model');
  return cheaper.length === 0
    ? `${models} with cost and quality; no cheaper version is proven not worse than its champion.`
    : `${models} with cost and quality; ${cheaper.length} of them with a cheaper version that is proven not worse.`;
}

/** Models without a point, with the first reason. */
function WithoutPoints({ listed }: { readonly listed: readonly ListedFrontier[] }) {
  return (
    <p className={layout.quiet}>
      Without a version that has both:{' '}
      {listed.map(({ model, frontier, error }, index) => (
        <span
          key={model}
          data-tip={error?.message ?? frontier?.leftOut[0]?.reason ?? 'It has no version with an evaluation.'}
        >
          {index > 0 && ', '}
          {model}
        </span>
      ))}
    </p>
  );
}
