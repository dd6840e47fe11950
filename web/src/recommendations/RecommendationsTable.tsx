import { Link } from '@tanstack/react-router';
import { decimal, sumDecimals } from '../../../src/platform/units/schema.ts';
import type { ListedRecommendation, RecommendationList } from '../../../src/tradeoff/recommendations/schema.ts';
import { counted as countedText } from '../format/number.ts';
import { formatAge } from '../format/time.ts';
import layout from '../parts/layout.module.css';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { OwnerName } from '../parts/OwnerName.tsx';
import { compareAmounts, compareTexts } from '../table/comparators.ts';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { type Comparators, useSorted } from '../table/use-sorted.ts';
import styles from './recommendations.module.css';
import { SavingFigure } from './SavingFigure.tsx';
import { StateWord } from './StateWord.tsx';
import { effortText, isOpenState, stateWord } from './words.ts';

type One = ListedRecommendation;

const RISKS = { low: 0, medium: 1, high: 2 } as const;
const COMPARE: Comparators<One> = {
  action: (a, b) => a.title.localeCompare(b.title),
  saving: compareAmounts(({ counted, saving }) => counted?.amount ?? saving.monthly?.amount),
  risk: (a, b) => RISKS[a.risk.level] - RISKS[b.risk.level],
  owner: compareTexts((a) => a.assigned?.to.name),
  state: (a, b) => stateWord(a).localeCompare(stateWord(b)),
  age: (a, b) => Date.parse(b.foundAt) - Date.parse(a.foundAt),
};

interface RecommendationsTableProps {
  readonly recommendations: readonly One[];
  readonly totals: RecommendationList['totals'];
}

/** Savings, one row for each action; the rows sum up to the total. */
export function RecommendationsTable({ recommendations, totals }: RecommendationsTableProps) {
  const { sorted, sort } = useSorted(recommendations, COMPARE);
  const now = Date.now();
  return (
    <table className={table.table} data-testid="recommendations" aria-label="Savings">
      <thead>
        <tr>
          <SortHead column="action" sort={sort}>
            Action
          </SortHead>
          <SortHead column="saving" sort={sort} numeric>
            Saving per month
          </SortHead>
          <SortHead column="risk" sort={sort} className={table.wideOnly}>
            Effort and risk
          </SortHead>
          <SortHead column="owner" sort={sort} className={table.wideOnly}>
            Owner
          </SortHead>
          <SortHead column="state" sort={sort}>
            State
          </SortHead>
          <SortHead column="age" sort={sort} className={table.wideOnly}>
            Age
          </SortHead>
        </tr>
      </thead>
      <tbody>
        {sorted.map((one) => (
          <Row key={one.recommendation} one={one} now={now} />
        ))}
      </tbody>
      <TotalRow rows={recommendations} totals={totals} />
    </table>
  );
}

function Row({ one, now }: { readonly one: One; readonly now: number }) {
  const { recommendation, title, what, action, risk, guard, assigned, foundAt, prices } = one;
  return (
    <tr>
      <th scope="row" className={styles.title}>
        <Link to="/recommendations/$recommendation" params={{ recommendation }} className={table.rowLink}>
          {title}
        </Link>
        <span className={layout.sub}>{what}</span>
      </th>
      <td className={table.number}>
        <SavingFigure one={one} />
        {prices.length === 1 && <span className={`${layout.sub} ${table.wideOnly}`}>{prices[0]}</span>}
      </td>
      <td className={`${table.wideOnly} ${styles.words}`}>
        <span data-tip={guard}>
          {effortText(action)}, {risk.level} risk
        </span>
        <span className={layout.sub}>{risk.text}</span>
      </td>
      <td className={table.wideOnly}>
        <OwnerName assigned={assigned} />
      </td>
      <td>
        <StateWord one={one} />
      </td>
      <td className={`${table.wideOnly} ${styles.nowrap}`}>{formatAge(foundAt, now)}</td>
    </tr>
  );
}

/** Sum of the listed open savings; with all of them listed it is the joint saving. */
function TotalRow({ rows, totals }: { readonly rows: readonly One[]; readonly totals: RecommendationList['totals'] }) {
  const open = rows.filter(({ state, counted }) => isOpenState(state) && counted !== null);
  if (open.length < 2) return null;
  return (
    <tfoot>
      {totals.map(({ saving }) => {
        const currency = saving.monthly?.currency ?? 'USD';
        const own = open.flatMap(({ counted }) => (counted?.currency === currency ? [counted.amount] : []));
        const sum = sumDecimals(own);
        const overlap = open.some(({ counted, saving: alone }) =>
          decimal(alone.monthly?.amount ?? '0')
            .minus(counted?.amount ?? '0')
            .greaterThan('0.01'),
        );
        return (
          <tr key={currency}>
            <th scope="row">
              Total of {countedText(own.length, 'action')}
              {overlap && <span className={layout.sub}>Hours that two actions would save are counted once.</span>}
            </th>
            <td className={table.number}>
              <MoneyFigure money={{ amount: sum, currency }} />
            </td>
            <td colSpan={4} className={table.wideOnly} />
            <td className={styles.narrowOnly} />
          </tr>
        );
      })}
    </tfoot>
  );
}
