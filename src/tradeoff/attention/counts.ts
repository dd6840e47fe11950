import type { AttentionItem } from './schema.ts';

/** Known counts of a topic. */
export type Counted = Pick<AttentionItem, 'count' | 'level' | 'text'> & Partial<Pick<AttentionItem, 'monthly'>>;

interface Part {
  readonly count: number;
  readonly level: NonNullable<AttentionItem['level']>;
  /** Words after the count, for one and for several. */
  readonly words: readonly [one: string, many: string];
}

/**
 * Joins the counts of a topic, the most severe first: the sum, the level of the first that is not zero, and the words.
 *
 * @example joinParts([{ count: 1, level: 'critical', words: ['budget exceeded', 'budgets exceeded'] }], 'No budget at risk')
 * // { count: 1, level: 'critical', text: '1 budget exceeded' }
 */
export function joinParts(parts: readonly Part[], none: string): Counted {
  const some = parts.filter(({ count }) => count > 0);
  const text = some.map(({ count, words: [one, many] }) => `${count} ${count === 1 ? one : many}`).join(', ');
  const count = some.reduce((sum, part) => sum + part.count, 0);
  return { count, level: some[0]?.level ?? null, text: text === '' ? none : text };
}

interface DecidedVersion {
  readonly model: string;
  readonly at: string;
  readonly verdict: 'promote' | 'hold' | 'reject';
  readonly isInForce: boolean;
  readonly needsReevaluation: boolean;
  readonly checks: readonly { readonly side: string; readonly holds: boolean | null }[];
}

/**
 * Decisions in force that wait: for an approval alone, on hold, or because a bill behind the evidence has changed. A candidate on hold that is
 * older than the last promotion of its model waits for nothing.
 */
export function countWaitingDecisions(decisions: readonly DecidedVersion[]): Counted {
  const promotedAt = new Map<string, string>();
  for (const { model, at, verdict } of decisions) {
    if (verdict === 'promote' && at > (promotedAt.get(model) ?? '')) promotedAt.set(model, at);
  }
  const open = decisions.filter(({ isInForce }) => isInForce);
  const held = open.filter(({ verdict, at, model }) => verdict === 'hold' && at > (promotedAt.get(model) ?? ''));
  const toApprove = held.filter(({ checks }) => {
    const missing = checks.filter(({ holds }) => holds !== true);
    return missing.length > 0 && missing.every(({ side }) => side === 'approval');
  });
  const changed = open.filter((one) => one.needsReevaluation && !held.includes(one));
  return joinParts(
    [
      { count: toApprove.length, level: 'warning', words: ['candidate to approve', 'candidates to approve'] },
      { count: held.length - toApprove.length, level: 'warning', words: ['candidate on hold', 'candidates on hold'] },
      { count: changed.length, level: 'info', words: ['decision to evaluate again', 'decisions to evaluate again'] },
    ],
    'No decision waits',
  );
}
