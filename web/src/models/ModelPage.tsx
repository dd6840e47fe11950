import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { getModel } from '../../../src/mlops/registry/schema.ts';
import { listDecisions } from '../../../src/tradeoff/decisions/schema.ts';
import { endpointQuery } from '../client.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { ErrorState } from '../parts/ErrorState.tsx';
import { Page } from '../parts/Page.tsx';
import { PageTabs } from '../parts/PageTabs.tsx';
import { describeReadError } from '../parts/read-error.ts';
import { verdictSentence } from './headline.ts';
import { ModelTabContent } from './ModelTabContent.tsx';
import type { ModelTab } from './model-search.ts';
import { useModel } from './use-model.ts';
import { listMetrics } from './versions.ts';

/** One model: the verdict, then its scorecard, versions, decisions and usage in tabs. */
export function ModelPage() {
  const { model } = useParams({ from: '/models/$model' });
  const search = useSearch({ from: '/models/$model' });
  const navigate = useNavigate({ from: '/models/$model' });
  const { evidence, policy } = useModel(model);
  const decisions = useQuery(endpointQuery(listDecisions, { query: { model } }));
  const registered = useQuery(endpointQuery(getModel, { params: { model } }));
  const versions = evidence.data?.versions;
  const compared = evidence.data?.compared;
  const metrics = listMetrics(versions ?? [], policy);
  const metric = search.metric !== undefined && metrics.includes(search.metric) ? search.metric : metrics[0];
  const tab = search.tab ?? 'scorecard';
  const tabs: readonly { readonly value: ModelTab; readonly label: string; readonly count?: number | undefined }[] = [
    { value: 'scorecard', label: 'Scorecard' },
    { value: 'frontier', label: 'Quality against cost' },
    { value: 'versions', label: 'Versions', count: registered.data?.versions },
    { value: 'evaluations', label: 'Evaluations' },
    { value: 'decisions', label: 'Decisions' },
    { value: 'used', label: 'Used by' },
    { value: 'setup', label: 'Set up' },
  ];
  return (
    <Page
      title={model}
      answer={
        registered.isError || evidence.isError ? (
          describeReadError(registered.error ?? evidence.error, `Model ${model}`)
        ) : versions === undefined || compared === undefined || decisions.isPending ? (
          <AnswerPending />
        ) : (
          verdictSentence({ versions, compared, policy, metric, decisions: decisions.data?.decisions ?? [] })
        )
      }
    >
      {registered.isError ? (
        <ErrorState error={registered.error} what={`Model ${model}`} onRetry={() => registered.refetch()} />
      ) : (
        <PageTabs
          label={`Parts of ${model}`}
          tabs={tabs}
          value={tab}
          onChange={(next) =>
            void navigate({ search: (before) => ({ ...before, tab: next === 'scorecard' ? undefined : next }) })
          }
        >
          <ModelTabContent
            {...{ tab, model, evidence, policy, decisions, registered, metric, metrics }}
            onMetric={(value) => void navigate({ search: (before) => ({ ...before, metric: value }) })}
          />
        </PageTabs>
      )}
    </Page>
  );
}
