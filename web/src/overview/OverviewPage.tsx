import { useQuery } from '@tanstack/react-query';
import { listModels } from '../../../src/mlops/registry/schema.ts';
import { listDecisions } from '../../../src/tradeoff/decisions/schema.ts';
import { TeamRuleNotice } from '../allocation/TeamRuleNotice.tsx';
import { endpointQuery } from '../client.ts';
import { Page } from '../parts/Page.tsx';
import { BudgetsTile } from './BudgetsTile.tsx';
import { CostAnswer } from './CostAnswer.tsx';
import { DamageNotice } from './DamageNotice.tsx';
import { DecisionsTile } from './DecisionsTile.tsx';
import { HealthTile } from './HealthTile.tsx';
import { HeldNotice } from './HeldNotice.tsx';
import { LandingTile } from './LandingTile.tsx';
import { ModelsTile } from './ModelsTile.tsx';
import { MoversCard } from './MoversCard.tsx';
import styles from './overview.module.css';
import { PartsCard } from './PartsCard.tsx';
import { SavingsTile } from './SavingsTile.tsx';
import { SpendCard } from './SpendCard.tsx';
import tiles from './tiles.module.css';
import { useMovers } from './use-movers.ts';
import { useOverview } from './use-overview.ts';

/** Decisions that the tiles need: the latest verdict of every model, and the marks of the chart. */
const DECISIONS = 50;

/** Overview: six tiles with one action each, then the spend by team and its largest changes. */
export function OverviewPage() {
  const overview = useOverview();
  const movers = useMovers(overview);
  const models = useQuery(endpointQuery(listModels));
  const decisions = useQuery(endpointQuery(listDecisions, { query: { pageSize: DECISIONS } }));
  const ask = overview.spend.isFetched || overview.scope.empty;
  return (
    <Page title="Overview" answer={<CostAnswer overview={overview} movers={movers} />}>
      <DamageNotice ask={ask} />
      <HeldNotice ask={ask} />
      <div className={tiles.tiles}>
        <LandingTile />
        <BudgetsTile ask={ask} />
        <HealthTile ask={ask} />
        <SavingsTile ask={ask} />
        <ModelsTile models={models} decisions={decisions.data} />
        <DecisionsTile decisions={decisions} />
      </div>
      <div className={styles.grid}>
        <TeamRuleNotice ask={overview.spend.isFetched} />
        <SpendCard overview={overview} decisions={decisions.data?.decisions} />
        <PartsCard overview={overview} />
        <MoversCard overview={overview} movers={movers} />
      </div>
    </Page>
  );
}
