import { Link } from '@tanstack/react-router';
import type { RecommendationSummary } from '../../../src/tradeoff/recommendations/schema.ts';
import { formatMoney } from '../format/money.ts';
import { formatPercent } from '../format/number.ts';
import layout from '../parts/layout.module.css';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import styles from './recommendations.module.css';
import { StateWord } from './StateWord.tsx';

const PERCENT = 100;

/** Recommended changes, with the present and the new state and the saving. */
export function RecommendationsTable({
  recommendations,
}: {
  readonly recommendations: readonly RecommendationSummary[];
}) {
  return (
    <table className={table.table} data-testid="recommendations">
      <thead>
        <tr>
          <th scope="col">Recommendation</th>
          <th scope="col" className={table.wideOnly}>
            Now
          </th>
          <th scope="col" className={table.wideOnly}>
            After
          </th>
          <th scope="col" className={table.number}>
            Monthly saving
          </th>
          <th scope="col" className={table.wideOnly}>
            Confidence
          </th>
          <th scope="col" className={table.wideOnly}>
            Risk
          </th>
        </tr>
      </thead>
      <tbody>
        {recommendations.map((one) => (
          <Row key={one.recommendation} one={one} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ one }: { readonly one: RecommendationSummary }) {
  const { recommendation, title, what, before, after, confidence, risk, guard } = one;
  const measured = `${formatPercent(confidence.coverageRatio * PERCENT)} of ${confidence.days.toFixed(1)} days measured`;
  return (
    <tr>
      <th scope="row" className={styles.title}>
        <Link to="/recommendations/$recommendation" params={{ recommendation }} className={table.rowLink}>
          {title}
        </Link>
        <span className={layout.sub}>{what}</span>
        <StateWord one={one} />
      </th>
      <td className={`${table.wideOnly} ${styles.words}`}>{before}</td>
      <td className={`${table.wideOnly} ${styles.words}`}>{after}</td>
      <td className={table.number}>
        <SavingFigure one={one} />
      </td>
      <td className={table.wideOnly}>
        {confidence.level}
        <span className={layout.sub}>{measured}</span>
      </td>
      <td className={`${table.wideOnly} ${styles.words}`}>
        <span data-tip={`${risk.text} ${guard}`}>{risk.level}</span>
        <span className={layout.sub}>{risk.text}</span>
      </td>
    </tr>
  );
}

/** Realised saving where it was measured, otherwise the expected one. */
function SavingFigure({ one: { saving, realised } }: { readonly one: RecommendationSummary }) {
  const { monthly, lower, upper } = realised?.monthly == null ? saving : realised;
  if (monthly === null) return <Unknown reason={`The saving is not known: ${saving.reason}.`} />;
  return (
    <>
      <MoneyFigure money={monthly} />
      {lower !== null && upper !== null && (
        <span className={layout.sub}>
          {formatMoney(lower)} to {formatMoney(upper)}
        </span>
      )}
      {realised?.monthly != null && <span className={layout.sub}>measured</span>}
    </>
  );
}
