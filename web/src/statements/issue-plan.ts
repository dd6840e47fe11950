import type { TeamTotals } from '../../../src/finops/statements/schema.ts';
import { formatMonth } from '../format/time.ts';
import type { Month } from './MonthAnswer.tsx';

export interface IssueLine {
  readonly statement: TeamTotals;
  /** `the first`, or `a correction of no. 7`. */
  readonly is: string;
}

/**
 * Statements that issuing the month would create: first statements, and corrections of those that are no longer
 * current.
 */
export function toIssue({ statements }: Pick<Month, 'statements'>): IssueLine[] {
  return statements
    .filter(({ issued }) => issued === null || !issued.isCurrent)
    .map((statement) => ({
      statement,
      is: statement.issued === null ? 'the first' : `a correction of no. ${statement.issued.number}`,
    }));
}

/** Why the month cannot be issued now; null when it can. */
export function issueRefusal(month: Pick<Month, 'statements' | 'period' | 'periodState'>): string | null {
  const when = formatMonth(month.period);
  if (month.periodState === 'open') return `${when} is not over. Its statements can be issued when it is.`;
  if (toIssue(month).length > 0) return null;
  return `Every statement of ${when} was issued and matches the current figures. There is nothing to correct.`;
}
