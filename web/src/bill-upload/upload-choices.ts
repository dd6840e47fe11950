import type { importBill } from '../../../src/finops/billing/schema.ts';
import type { CallInput, Problem } from '../../../src/platform/contract/schema.ts';
import { counted } from '../format/number.ts';

interface Choice {
  readonly label: string;
  readonly options: Partial<NonNullable<CallInput<typeof importBill>['body']>>;
}

/** Ways to import the same files after a refusal that a person can decide; empty where the files must change. */
export function listChoices(problem: Problem): readonly Choice[] {
  switch (problem.code) {
    case 'bill_rows_rejected': {
      const rows = Number(problem.rejectedRows);
      if (!Number.isInteger(rows) || rows < 1) return [];
      return [
        {
          label: `Import without ${rows === 1 ? 'this row' : `these ${counted(rows, 'row')}`}`,
          options: { allowRejected: rows },
        },
      ];
    }
    case 'bill_period_shrinks':
      return [{ label: 'Replace the month anyway', options: { allowShrink: true } }];
    case 'bill_date_ambiguous':
      return [
        { label: 'Dates are month first (11/30/2026)', options: { dateFormat: 'month-first' } },
        { label: 'Dates are day first (30/11/2026)', options: { dateFormat: 'day-first' } },
      ];
    case 'bill_overlap_unclear':
      return [
        { label: 'Other charges: count both', options: { overlap: 'beside' } },
        { label: 'Same charges: count only this bill', options: { overlap: 'replaces' } },
      ];
    default:
      return [];
  }
}

/** The server's reason without its sentences about the command line: the page has buttons for them. */
export function describeRefusal(detail: string): string {
  return detail
    .split(/(?<=\.) /)
    .filter((sentence) => !sentence.includes(' --'))
    .join(' ');
}
