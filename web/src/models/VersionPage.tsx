import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { getModelVersion } from '../../../src/mlops/registry/schema.ts';
import { listDecisions } from '../../../src/tradeoff/decisions/schema.ts';
import { getVersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import { endpointQuery } from '../client.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { ErrorState } from '../parts/ErrorState.tsx';
import { Page } from '../parts/Page.tsx';
import { PageTabs } from '../parts/PageTabs.tsx';
import { describeReadError } from '../parts/read-error.ts';
import type { VersionTab } from './model-search.ts';
import { VersionAnswer } from './VersionAnswer.tsx';
import { VersionTabContent } from './VersionTabContent.tsx';

const TABS: readonly { readonly value: VersionTab; readonly label: string }[] = [
  { value: 'overview', label: 'Overview' },
  { value: 'metrics', label: 'Metrics and evaluations' },
  { value: 'costs', label: 'Costs' },
  { value: 'lineage', label: 'Lineage' },
  { value: 'setup', label: 'Artifacts and set up' },
];

/** One version: its origin, quality, cost and lineage in tabs. */
export function VersionPage() {
  const { model, version } = useParams({ from: '/models/$model/versions/$version' });
  const { tab = 'overview' } = useSearch({ from: '/models/$model/versions/$version' });
  const navigate = useNavigate({ from: '/models/$model/versions/$version' });
  const params = { model, version };
  const registered = useQuery(endpointQuery(getModelVersion, { params }));
  const evidence = useQuery(endpointQuery(getVersionEvidence, { params }));
  const decisions = useQuery(endpointQuery(listDecisions, { query: { model } }));
  const own = decisions.data?.decisions.filter((decision) => decision.version === version);
  return (
    <Page
      title={`${model} version ${version}`}
      answer={
        registered.isError ? (
          describeReadError(registered.error, `Version ${version} of ${model}`)
        ) : registered.data === undefined ? (
          <AnswerPending />
        ) : (
          <VersionAnswer version={registered.data} evidence={evidence.data} decisions={own ?? []} />
        )
      }
    >
      {registered.isError ? (
        <ErrorState
          error={registered.error}
          what={`Version ${version} of ${model}`}
          onRetry={() => registered.refetch()}
        />
      ) : (
        <PageTabs
          label={`Parts of version ${version}`}
          tabs={TABS}
          value={tab}
          onChange={(next) =>
            void navigate({ search: (before) => ({ ...before, tab: next === 'overview' ? undefined : next }) })
          }
        >
          <VersionTabContent {...{ tab, model, version, registered, evidence, decisions }} />
        </PageTabs>
      )}
    </Page>
  );
}
