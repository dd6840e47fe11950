import { decimal, decimalString } from '../../../src/platform/units/schema.ts';
import { formatShare } from '../format/number.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { allocationShare } from './allocation-share.ts';
import styles from './costs.module.css';
import type { Group } from './stack.ts';

interface AllocationBarProps {
  readonly groups: readonly Group[];
  readonly currency: string;
}

/** Share of the cost with a team, as a line with its two ends. */
export function AllocationBar({ groups, currency }: AllocationBarProps) {
  const { allocated, unallocated } = allocationShare(groups);
  const whole = decimalString(decimal(allocated).plus(unallocated));
  const ratio = decimal(whole).isZero() ? 0 : decimal(allocated).dividedBy(whole).toNumber();
  return (
    <div className={styles.allocation} data-testid="allocation">
      <p>
        <strong>{withShare(allocated, whole, 'allocated')}</strong>{' '}
        <MoneyFigure money={{ amount: allocated, currency }} />
      </p>
      <span className={styles.allocationBar} aria-hidden="true">
        <span style={{ width: `${Math.min(Math.max(ratio, 0), 1) * 100}%` }} />
      </span>
      <p>
        <MoneyFigure money={{ amount: unallocated, currency }} />{' '}
        <strong>{withShare(unallocated, whole, 'unallocated')}</strong>
      </p>
    </div>
  );
}

/** `61 % allocated`; without a percentage where credits make a part negative. */
function withShare(part: string, whole: string, word: string): string {
  const share = formatShare(part, whole);
  return share === null ? word : `${share} ${word}`;
}
