import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { listBudgets } from '../../../src/finops/budgets/schema.ts';
import { endpointQuery } from '../client.ts';
import { formatAbout } from '../format/money.ts';
import { formatPercent } from '../format/number.ts';
import { useScope } from '../frame/use-scope.ts';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { BudgetBullet } from './BudgetBullet.tsx';
import { type BudgetLine, budgetsStatus, rankBudgets } from './budget-summary.ts';
import { Figure } from './Figure.tsx';
import { Tile } from './Tile.tsx';
import { tileScope } from './tile-scope.ts';
import styles from './tiles.module.css';

const HEIGHT = 160;
const LISTED = 3;

interface BudgetsTileProps {
  /** False until the first tiles are loaded, so that this request does not delay them. */
  readonly ask: boolean;
}

/** Budgets exceeded and at risk in their current windows; with a team, those of the team. */
export function BudgetsTile({ ask }: BudgetsTileProps) {
  const scope = useScope();
  const budgets = useQuery({ ...endpointQuery(listBudgets), enabled: ask });
  const lines = rankBudgets(
    (budgets.data?.budgets ?? []).filter(({ subject }) => scope.team === undefined || subject.team === scope.team),
  );
  const [gravest] = lines;
  const isGrave = gravest !== undefined && (gravest.risk === 'exceeded' || gravest.risk === 'at risk');
  const count = (risk: string) => lines.filter((line) => line.risk === risk).length;
  return (
    <Tile
      title="Budgets"
      to="/budgets"
      status={budgets.data === undefined ? undefined : budgetsStatus(lines)}
      scope={tileScope(scope, { range: false, team: true })}
      action={
        isGrave ? (
          <Link to="/budgets/$budget" params={{ budget: gravest.budget.name }} className={parts.button}>
            Review {gravest.budget.name}
          </Link>
        ) : (
          <Link to="/budgets" className={parts.button}>
            {lines.length === 0 ? 'Set a budget' : 'All budgets'}
          </Link>
        )
      }
    >
      <Loaded query={budgets} what="The budgets" height={HEIGHT}>
        {() => (
          <>
            <div className={styles.figures}>
              <Figure label="Exceeded">{count('exceeded')}</Figure>
              <Figure label="At risk" note={`of ${lines.length}`}>
                {count('at risk')}
              </Figure>
            </div>
            {lines.length === 0 ? (
              <p className={styles.text}>
                {scope.team === undefined ? 'No budget has been set.' : `Team ${scope.team} has no budget.`}
              </p>
            ) : (
              <ul className={`${styles.lines} ${styles.drawnLines}`}>
                {lines.slice(0, LISTED).map((line) => (
                  <li key={line.budget.name}>
                    <Link to="/budgets/$budget" params={{ budget: line.budget.name }} className={parts.textLink}>
                      {line.budget.name}
                    </Link>
                    <span>{lineText(line)}</span>
                    <BudgetBullet budget={line.budget} isGrave={line.risk === 'exceeded' || line.risk === 'at risk'} />
                  </li>
                ))}
              </ul>
            )}
          </>
        )}
      </Loaded>
    </Tile>
  );
}

/** `▲ 102 % of $190,000 forecast`: the larger of spent and forecast. */
function lineText({ budget, ratio, risk }: BudgetLine<Parameters<typeof rankBudgets>[0][number]>): string {
  if (ratio === null) return 'unknown';
  const spent = Number(budget.spent?.amount ?? 0);
  const isForecast = budget.forecast !== null && Number(budget.forecast.amount) > spent;
  const sign = risk === 'exceeded' ? '✕ ' : risk === 'at risk' ? '▲ ' : '';
  return `${sign}${formatPercent(ratio * 100)} of ${formatAbout(budget.limit)} ${isForecast ? 'forecast' : 'spent'}`;
}
