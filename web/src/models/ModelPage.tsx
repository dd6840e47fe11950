import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { getModel } from '../../../src/mlops/registry/schema.ts';
import { listDecisions } from '../../../src/tradeoff/decisions/schema.ts';
import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import type { Policy } from '../../../src/tradeoff/gates/schema.ts';
import { endpointQuery } from '../client.ts';
import { DecisionsTable } from '../decisions/DecisionsTable.tsx';
import { counted } from '../format/number.ts';
import { LineageCard } from '../lineage/LineageCard.tsx';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { ErrorState } from '../parts/ErrorState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import { Select } from '../parts/Select.tsx';
import { Skeleton } from '../parts/Skeleton.tsx';
import { AliasesCard } from './AliasesCard.tsx';
import { BasisLegend } from './BasisLegend.tsx';
import { DescriptionCard } from './DescriptionCard.tsx';
import { ModelAnswer } from './ModelAnswer.tsx';
import styles from './models.module.css';
import { QualityAgainstCost } from './QualityAgainstCost.tsx';
import { UsedCard } from './UsedCard.tsx';
import { useModel } from './use-model.ts';
import { VersionsTable } from './VersionsTable.tsx';
import { findChampion, listMetrics, tableMetrics } from './versions.ts';

const CHART_HEIGHT = 470;
const TABLE_HEIGHT = 280;
const REST_HEIGHT = 600;

/** One model: its versions with quality and cost. */
export function ModelPage() {
  const { model } = useParams({ from: '/models/$model' });
  const search = useSearch({ from: '/models/$model' });
  const navigate = useNavigate({ from: '/models/$model' });
  const { evidence, policy } = useModel(model);
  const decisions = useQuery(endpointQuery(listDecisions, { query: { model } }));
  const registered = useQuery(endpointQuery(getModel, { params: { model } }));
  const versions = evidence.data?.versions;
  const compared = evidence.data?.compared;
  const examined = findChampion(versions ?? [], policy) ?? versions?.[0];
  const metrics = listMetrics(versions ?? [], policy);
  const metric = search.metric !== undefined && metrics.includes(search.metric) ? search.metric : metrics[0];
  const choose = metric !== undefined && (
    <Select
      label="Quality by"
      value={metric}
      options={metrics.map((value) => ({ value, label: value }))}
      onChange={(value) => void navigate({ search: (before) => ({ ...before, metric: value }) })}
    />
  );
  return (
    <Page
      title={model}
      longAnswer
      answer={
        evidence.isError ? (
          `The versions of ${model} could not be read.`
        ) : versions === undefined || compared === undefined || decisions.isPending ? (
          <AnswerPending />
        ) : (
          <ModelAnswer {...{ versions, compared, policy, metric }} decisions={decisions.data?.decisions ?? []} />
        )
      }
    >
      {evidence.isError ? (
        <ErrorState error={evidence.error} what={`Model ${model}`} onRetry={() => evidence.refetch()} />
      ) : evidence.isPending || registered.isPending || decisions.isPending ? (
        <div className={styles.stack} aria-busy="true">
          <Skeleton height={CHART_HEIGHT} />
          <Skeleton height={REST_HEIGHT} />
        </div>
      ) : (
        <div className={styles.stack}>
          <Loaded query={evidence} what="The versions" height={CHART_HEIGHT}>
            {(data) => (
              <QualityAgainstCost
                model={model}
                versions={data.versions}
                compared={data.compared}
                policy={policy}
                metric={metric}
                choose={choose}
              />
            )}
          </Loaded>
          {versions !== undefined && compared !== undefined && (
            <AliasesCard
              model={model}
              versions={versions}
              compared={compared}
              policy={policy}
              metric={metric}
              decisions={decisions.data?.decisions ?? []}
            />
          )}
          <Card
            title="Versions"
            note={moreNote(metrics, versions ?? [], policy, metric)}
            actions={<BasisLegend />}
            flush
          >
            <Loaded query={evidence} what="The versions" height={TABLE_HEIGHT}>
              {(data) => (
                <VersionsTable
                  versions={data.versions}
                  compared={data.compared}
                  policy={policy}
                  metric={metric}
                  decisions={decisions.data?.decisions ?? []}
                />
              )}
            </Loaded>
          </Card>
          {examined !== undefined && <LineageCard node={`model_version:${model}/${examined.version}`} linked />}
          <Card title="Decisions" flush>
            <Loaded query={decisions} what="The decisions" height={TABLE_HEIGHT}>
              {(data) =>
                data.decisions.length > 0 ? (
                  <DecisionsTable decisions={data.decisions} />
                ) : (
                  <EmptyState
                    shows="Every verdict on a version of this model."
                    why="No version has been evaluated yet."
                    command={`steelyard gate check ${model} VERSION --policy ${policy?.name ?? 'NAME'}`}
                  />
                )
              }
            </Loaded>
          </Card>
          {registered.data !== undefined && <DescriptionCard model={model} text={registered.data.description} />}
          <UsedCard model={model} />
        </div>
      )}
    </Page>
  );
}

/** Note about metrics that do not fit in the table. */
function moreNote(
  metrics: readonly string[],
  versions: readonly VersionEvidence[],
  policy: Policy | undefined,
  metric: string | undefined,
): string | undefined {
  const more = metrics.length - tableMetrics(versions, policy, metric).length;
  if (more <= 0) return undefined;
  return `${counted(more, 'more metric')}: choose one above, or take the CSV`;
}
