import { useQuery } from '@tanstack/react-query';
import { listStatements, type StatementFacts } from '../../../src/finops/statements/schema.ts';
import { endpointQuery } from '../client.ts';
import { dimensionValue } from '../format/dimension.ts';
import { Card } from '../parts/Card.tsx';
import type { Cost } from './amounts.ts';
import { BasisFacts } from './BasisFacts.tsx';
import { ChargesCard } from './ChargesCard.tsx';
import { ComparedCard } from './ComparedCard.tsx';
import { LeftOut } from './LeftOut.tsx';
import { PoolsCard } from './PoolsCard.tsx';
import { ReportedCosts } from './ReportedCosts.tsx';
import styles from './statements.module.css';
import { WaysCard } from './WaysCard.tsx';

interface StatementBodyProps {
  readonly facts: StatementFacts;
  readonly cost: Cost;
  readonly onCost: (cost: Cost) => void;
}

/** Breakdowns of a statement; each sums to its total. */
export function StatementBody({ facts, cost, onCost }: StatementBodyProps) {
  const { team, services, projects, previousPeriod, period } = facts;
  const month = useQuery(endpointQuery(listStatements, { query: { period } }));
  const byService = services.map((one) => ({ ...one, name: dimensionValue('serviceName', one.serviceName) }));
  const byProject = projects.map((one) => ({ ...one, name: dimensionValue('project', one.project) }));
  return (
    <>
      <ReportedCosts reporting={facts.reporting} cost={cost} />
      <LeftOut leftOut={facts.leftOut} />
      <div className={styles.pair}>
        <WaysCard facts={facts} cost={cost} onCost={onCost} />
        <ChargesCard facts={facts} cost={cost} />
      </div>
      {team !== null && facts.pools.length > 0 && <PoolsCard facts={facts} cost={cost} />}
      <ComparedCard title="Cost by service" what="Service" rows={byService} previous={previousPeriod} cost={cost} />
      {byProject.length > 1 && (
        <ComparedCard title="Cost by project" what="Project" rows={byProject} previous={previousPeriod} cost={cost} />
      )}
      <Card title="Basis" note="The same deliveries and rules always give the same statement">
        <BasisFacts basis={facts} state={month.data?.periodState ?? null} />
      </Card>
    </>
  );
}
