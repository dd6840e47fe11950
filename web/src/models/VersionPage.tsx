import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { getModelVersion } from '../../../src/mlops/registry/schema.ts';
import { listDecisions } from '../../../src/tradeoff/decisions/schema.ts';
import { getVersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import { endpointQuery } from '../client.ts';
import { DecisionsTable } from '../decisions/DecisionsTable.tsx';
import { LineageCard } from '../lineage/LineageCard.tsx';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { ErrorState } from '../parts/ErrorState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import { Skeleton } from '../parts/Skeleton.tsx';
import { BasisLegend } from './BasisLegend.tsx';
import { DescriptionCard } from './DescriptionCard.tsx';
import { EvaluationsCard } from './EvaluationsCard.tsx';
import styles from './models.module.css';
import { UsedCard } from './UsedCard.tsx';
import { VersionAnswer } from './VersionAnswer.tsx';
import { VersionCosts } from './VersionCosts.tsx';
import { VersionFacts } from './VersionFacts.tsx';
import { VersionMetrics } from './VersionMetrics.tsx';

const FACTS_HEIGHT = 240;
const REST_HEIGHT = 600;
const TABLE_HEIGHT = 240;

/** One version: its origin, quality, cost and decisions. */
export function VersionPage() {
  const { model, version } = useParams({ from: '/models/$model/versions/$version' });
  const params = { model, version };
  const registered = useQuery(endpointQuery(getModelVersion, { params }));
  const evidence = useQuery(endpointQuery(getVersionEvidence, { params }));
  const decisions = useQuery(endpointQuery(listDecisions, { query: { model } }));
  const settled = !registered.isPending && !evidence.isPending && !decisions.isPending;
  const own = decisions.data?.decisions.filter((decision) => decision.version === version);
  return (
    <Page
      title={`${model} version ${version}`}
      answer={
        registered.isError ? (
          `Version ${version} of ${model} could not be read.`
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
      ) : settled ? (
        <div className={styles.stack}>
          <Card title="Details">
            <Loaded query={registered} what="The version" height={FACTS_HEIGHT}>
              {(data) => <VersionFacts version={data} />}
            </Loaded>
          </Card>
          {registered.data !== undefined && (
            <DescriptionCard model={model} version={version} text={registered.data.description} />
          )}
          <div className={styles.sides}>
            <Card title="Metrics" flush>
              <Loaded query={registered} what="Its metrics" height={TABLE_HEIGHT}>
                {(data) => <VersionMetrics metrics={data.metrics} />}
              </Loaded>
            </Card>
            <Card title="Cost" actions={<BasisLegend />}>
              <Loaded query={evidence} what="Its cost" height={TABLE_HEIGHT}>
                {(data) => <VersionCosts evidence={data} />}
              </Loaded>
            </Card>
          </div>
          {decisions.data !== undefined && registered.data !== undefined && (
            <EvaluationsCard
              model={model}
              version={version}
              runId={registered.data.runId}
              decision={own?.[0]?.decision}
            />
          )}
          <LineageCard node={`model_version:${model}/${version}`} linked />
          <Card title="Decisions" flush>
            <Loaded query={decisions} what="The decisions" height={TABLE_HEIGHT}>
              {() =>
                own !== undefined && own.length > 0 ? (
                  <DecisionsTable decisions={own} />
                ) : (
                  <EmptyState
                    shows="Every verdict on this version."
                    why="Not evaluated yet."
                    command={`steelyard gate check ${model} ${version} --policy NAME`}
                  />
                )
              }
            </Loaded>
          </Card>
          <UsedCard model={model} version={version} />
        </div>
      ) : (
        <div className={styles.stack} aria-busy="true">
          <Skeleton height={FACTS_HEIGHT} />
          <Skeleton height={REST_HEIGHT} />
        </div>
      )}
    </Page>
  );
}
