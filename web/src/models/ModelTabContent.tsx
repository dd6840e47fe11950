import type { UseQueryResult } from '@tanstack/react-query';
import type { getModel } from '../../../src/mlops/registry/schema.ts';
import type { ResponseOf } from '../../../src/platform/contract/schema.ts';
import type { listDecisions } from '../../../src/tradeoff/decisions/schema.ts';
import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import type { Policy } from '../../../src/tradeoff/gates/schema.ts';
import { DecisionsTable } from '../decisions/DecisionsTable.tsx';
import { formatMetricName } from '../format/metric-name.ts';
import { counted } from '../format/number.ts';
import { LineageCard } from '../lineage/LineageCard.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Select } from '../parts/Select.tsx';
import { AliasesCard } from './AliasesCard.tsx';
import { BasisLegend } from './BasisLegend.tsx';
import { DescriptionCard } from './DescriptionCard.tsx';
import { ModelEvaluations } from './ModelEvaluations.tsx';
import { ModelSetup } from './ModelSetup.tsx';
import type { ModelTab } from './model-search.ts';
import { QualityAgainstCost } from './QualityAgainstCost.tsx';
import { ScorecardTab } from './scorecard/ScorecardTab.tsx';
import { UsedCard } from './UsedCard.tsx';
import type { useModel } from './use-model.ts';
import { VersionsTable } from './VersionsTable.tsx';
import { findChampion, tableMetrics } from './versions.ts';

const CHART_HEIGHT = 470;
const TABLE_HEIGHT = 280;

interface ModelTabContentProps {
  readonly tab: ModelTab;
  readonly model: string;
  readonly evidence: ReturnType<typeof useModel>['evidence'];
  readonly policy: Policy | undefined;
  readonly decisions: UseQueryResult<ResponseOf<typeof listDecisions>>;
  readonly registered: UseQueryResult<ResponseOf<typeof getModel>>;
  /** Key metric of the page; undefined: no version has a metric. */
  readonly metric: string | undefined;
  readonly metrics: readonly string[];
  readonly onMetric: (metric: string) => void;
}

/** Content of the selected tab of a model. */
export function ModelTabContent(props: ModelTabContentProps) {
  const { tab, model, evidence, policy, decisions, registered, metric, metrics, onMetric } = props;
  const taken = decisions.data?.decisions ?? [];
  switch (tab) {
    case 'scorecard':
      return <ScorecardTab model={model} />;
    case 'frontier':
      return (
        <Loaded query={evidence} what="The versions" height={CHART_HEIGHT}>
          {({ versions, compared }) => (
            <QualityAgainstCost
              {...{ model, versions, compared, policy, metric }}
              choose={
                metric !== undefined && (
                  <Select
                    label="Quality by"
                    value={metric}
                    options={metrics.map((value) => ({ value, label: formatMetricName(value) }))}
                    onChange={onMetric}
                  />
                )
              }
            />
          )}
        </Loaded>
      );
    case 'versions':
      return (
        <Loaded query={evidence} what="The versions" height={CHART_HEIGHT}>
          {({ versions, compared }) => (
            <>
              <Card title="Versions" note={moreNote(metrics, versions, policy, metric)} actions={<BasisLegend />} flush>
                <VersionsTable {...{ versions, compared, policy, metric }} decisions={taken} />
              </Card>
              <AliasesCard {...{ model, versions, compared, policy, metric }} decisions={taken} />
            </>
          )}
        </Loaded>
      );
    case 'evaluations':
      return (
        <Loaded query={evidence} what="The versions" height={TABLE_HEIGHT}>
          {({ versions }) => <ModelEvaluations {...{ model, versions, policy }} decisions={taken} />}
        </Loaded>
      );
    case 'decisions':
      return (
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
      );
    case 'used':
      return (
        <>
          <UsedCard model={model} />
          <Loaded query={evidence} what="The versions" height={CHART_HEIGHT}>
            {({ versions }) => {
              const examined = findChampion(versions, policy) ?? versions[0];
              return (
                examined !== undefined && <LineageCard node={`model_version:${model}/${examined.version}`} linked />
              );
            }}
          </Loaded>
        </>
      );
    case 'setup':
      return (
        <Loaded query={registered} what="The model" height={TABLE_HEIGHT}>
          {(data) => (
            <>
              <DescriptionCard model={model} text={data.description} />
              <ModelSetup model={data} policy={policy?.name} />
            </>
          )}
        </Loaded>
      );
  }
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
  return `${counted(more, 'more metric')}: choose one under Quality against cost, or take the CSV there`;
}
