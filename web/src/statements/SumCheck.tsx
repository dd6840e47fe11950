import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import type { CheckedSum } from './amounts.ts';
import styles from './statements.module.css';

/** Check that the statements sum to the bill, with both figures. The bill is summed from its rows. */
export function SumCheck({ sums }: { readonly sums: readonly CheckedSum[] }) {
  return (
    <div className={styles.check} data-testid="sum-check">
      {sums.map(({ currency, statements, bill, equal }) => (
        <p key={currency} className={equal ? styles.equal : styles.unequal}>
          <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" fill="none">
            <path
              d={equal ? 'M3.5 8.5l3 3 6-7' : 'M4 4l8 8M12 4l-8 8'}
              stroke="currentColor"
              strokeWidth="2"
              strokeLinecap="round"
              strokeLinejoin="round"
            />
          </svg>
          <span>
            The statements and the unallocated cost add up to <MoneyFigure money={{ amount: statements, currency }} />.
            The bill, summed from its rows, is <MoneyFigure money={{ amount: bill, currency }} />:{' '}
            {equal
              ? 'equal to the last digit, billed and effective.'
              : 'they differ. Report this to the administrator of the server.'}
          </span>
        </p>
      ))}
    </div>
  );
}
