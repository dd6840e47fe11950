import { useQuery } from '@tanstack/react-query';
import { listModels } from '../../../src/mlops/registry/schema.ts';
import { listDecisions } from '../../../src/tradeoff/decisions/schema.ts';
import { TeamRuleNotice } from '../allocation/TeamRuleNotice.tsx';
import { endpointQuery } from '../client.ts';
import { Page } from '../parts/Page.tsx';
import { BudgetsCard } from './BudgetsCard.tsx';
import { CostAnswer } from './CostAnswer.tsx';
import { DamageNotice } from './DamageNotice.tsx';
import { HeldNotice } from './HeldNotice.tsx';
import { LatestDecisions } from './LatestDecisions.tsx';
import { ModelsCard } from './ModelsCard.tsx';
import styles from './overview.module.css';
import { PartsCard } from './PartsCard.tsx';
import { QualityAnswer } from './QualityAnswer.tsx';
import { SpendCard } from './SpendCard.tsx';
import { useOverview } from './use-overview.ts';
import { WatchCard } from './WatchCard.tsx';

const LATEST = 6;

/** Overview: cost, models and decisions. */
export function OverviewPage() {
  const overview = useOverview();
  const models = useQuery(endpointQuery(listModels));
  const decisions = useQuery(endpointQuery(listDecisions, { query: { pageSize: LATEST } }));
  const answer = (
    <div className={styles.answers}>
      <p>
        <CostAnswer overview={overview} />
      </p>
      <p>
        <QualityAnswer models={models} />
      </p>
    </div>
  );
  return (
    <Page title="Overview" answer={answer}>
      <div className={styles.grid}>
        <DamageNotice ask={overview.spend.isFetched || overview.scope.empty} />
        <div className="wide">
          <HeldNotice ask={overview.spend.isFetched} />
          <TeamRuleNotice ask={overview.spend.isFetched} />
        </div>
        <SpendCard overview={overview} decisions={decisions.data?.decisions} />
        <PartsCard overview={overview} of="dimension" />
        <div className={styles.column}>
          <PartsCard overview={overview} of="provider" />
          <BudgetsCard ask={overview.spend.isFetched || overview.scope.empty} />
        </div>
        <WatchCard ask={overview.spend.isFetched || overview.scope.empty} />
        <ModelsCard models={models} />
        <LatestDecisions decisions={decisions} />
      </div>
    </Page>
  );
}
