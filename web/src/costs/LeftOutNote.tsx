import type { costSummary } from '../../../src/finops/costs/schema.ts';
import type { ResponseOf } from '../../../src/platform/contract/schema.ts';
import { dimensionLabel } from '../format/dimension.ts';
import { counted } from '../format/number.ts';
import styles from './costs.module.css';

type Summary = ResponseOf<typeof costSummary>;

interface LeftOutNoteProps {
  readonly leftOut: Summary['leftOut'] | undefined;
  /** Teams of a reader who does not see all costs. */
  readonly partial?: Summary['partial'];
  readonly metric: string;
  /** Noun of the total, when there is more than one. */
  readonly what?: string;
}

/** Rows that the total leaves out; renders nothing when it includes all rows. */
export function LeftOutNote({ leftOut, partial, metric, what = 'the total' }: LeftOutNoteProps) {
  if (leftOut === undefined) return null;
  const parts = [
    partial !== undefined && describePartial(partial.teams),
    leftOut.rejectedRows > 0 && `${counted(leftOut.rejectedRows, 'row')} rejected on import`,
    leftOut.rowsWithoutMetric > 0 &&
      `${counted(leftOut.rowsWithoutMetric, 'row')} without ${dimensionLabel(metric).toLowerCase()}: unknown, not zero`,
  ].filter((part) => part !== false);
  if (parts.length === 0) return null;
  return (
    <p className={styles.leftOut} data-testid="left-out">
      <strong>Not in {what}:</strong> {parts.join('; ')}.
    </p>
  );
}

function describePartial(teams: readonly string[]): string {
  if (teams.length === 0) return 'all costs, because you are in no team';
  return `costs of other teams and unallocated costs, because you see those of ${teams.join(', ')}`;
}
