import type { UseQueryResult } from '@tanstack/react-query';
import type { getModelVersion } from '../../../src/mlops/registry/schema.ts';
import type { ResponseOf } from '../../../src/platform/contract/schema.ts';
import type { listDecisions } from '../../../src/tradeoff/decisions/schema.ts';
import type { getVersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import { DecisionsTable } from '../decisions/DecisionsTable.tsx';
import { LineageCard } from '../lineage/LineageCard.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { BasisLegend } from './BasisLegend.tsx';
import { DescriptionCard } from './DescriptionCard.tsx';
import { EvaluationsCard } from './EvaluationsCard.tsx';
import type { VersionTab } from './model-search.ts';
import { UsedCard } from './UsedCard.tsx';
import { VersionCosts } from './VersionCosts.tsx';
import { VersionFacts } from './VersionFacts.tsx';
import { VersionMetrics } from './VersionMetrics.tsx';
import { VersionSetup } from './VersionSetup.tsx';

const FACTS_HEIGHT = 240;
const TABLE_HEIGHT = 240;

interface VersionTabContentProps {
  readonly tab: VersionTab;
  readonly model: string;
  readonly version: string;
  readonly registered: UseQueryResult<ResponseOf<typeof getModelVersion>>;
  readonly evidence: UseQueryResult<ResponseOf<typeof getVersionEvidence>>;
  /** Of the model, newest first. */
  readonly decisions: UseQueryResult<ResponseOf<typeof listDecisions>>;
}

/** Content of the selected tab of a version. */
export function VersionTabContent(props: VersionTabContentProps) {
  const { tab, model, version, registered, evidence, decisions } = props;
  const own = decisions.data?.decisions.filter((decision) => decision.version === version);
  switch (tab) {
    case 'overview':
      return (
        <Loaded query={registered} what="The version" height={FACTS_HEIGHT}>
          {(data) => (
            <>
              <Card title="Details">
                <VersionFacts version={data} />
              </Card>
              <DescriptionCard model={model} version={version} text={data.description} />
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
            </>
          )}
        </Loaded>
      );
    case 'metrics':
      return (
        <Loaded query={registered} what="Its metrics" height={TABLE_HEIGHT}>
          {(data) => (
            <>
              <Card title="Metrics" flush>
                <VersionMetrics metrics={data.metrics} />
              </Card>
              {decisions.data !== undefined && (
                <EvaluationsCard model={model} version={version} runId={data.runId} decision={own?.[0]?.decision} />
              )}
            </>
          )}
        </Loaded>
      );
    case 'costs':
      return (
        <Card title="Cost" actions={<BasisLegend />}>
          <Loaded query={evidence} what="Its cost" height={TABLE_HEIGHT}>
            {(data) => <VersionCosts evidence={data} />}
          </Loaded>
        </Card>
      );
    case 'lineage':
      return (
        <>
          <UsedCard model={model} version={version} />
          <LineageCard node={`model_version:${model}/${version}`} linked />
        </>
      );
    case 'setup':
      return (
        <Loaded query={registered} what="The version" height={FACTS_HEIGHT}>
          {(data) => <VersionSetup version={data} />}
        </Loaded>
      );
  }
}
