import { expect, it } from 'vitest';
import type { TeamTotals } from '../../../src/finops/statements/schema.ts';
import { issueRefusal, toIssue } from './issue-plan.ts';

function statement(team: string, issued: TeamTotals['issued']): TeamTotals {
  return { team, totals: [], issued, reporting: null };
}

const fresh = statement('a', null);
const holds = statement('b', { number: 4, revision: 1, isCurrent: true });
const stale = statement('c', { number: 5, revision: 2, isCurrent: false });
const month = { period: '2026-10', periodState: 'closed' as const };

it('issues what was not issued and corrects what no longer holds', () => {
  expect(toIssue({ statements: [fresh, holds, stale] }).map(({ statement: { team }, is }) => [team, is])).toEqual([
    ['a', 'the first'],
    ['c', 'a correction of no. 5'],
  ]);
});

it('refuses while the month runs, and where there is nothing to correct', () => {
  expect(issueRefusal({ ...month, periodState: 'open', statements: [fresh] })).toContain('not over');
  expect(issueRefusal({ ...month, statements: [holds] })).toContain('nothing to correct');
  expect(issueRefusal({ ...month, statements: [holds, stale] })).toBeNull();
});
