import { type Budget, listBudgets } from '../../finops/budgets/schema.ts';
import { AppError } from '../../platform/errors/index.ts';
import { handle, type Read, type Route } from '../../platform/http/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { type AttentionItem, getAttention } from './schema.ts';
import { type AttentionOwners, type TopicQuestion, topics } from './topics.ts';

export type { AttentionOwners } from './topics.ts';

const BUDGETS_KEPT_MS = 5 * 60_000;

export interface AttentionDeps {
  readonly clock: Clock;
  /** Answers of the lists, so that a badge and its page never differ. */
  readonly read: Read;
  /** Changes whenever a budget or an approved increase changes. */
  readonly budgetStamp: () => Promise<string>;
  readonly owners: AttentionOwners;
}

/** Counts of the things that need attention, for the badges of the navigation. */
export interface Attention {
  readonly routes: readonly Route[];
}

export function createAttention(deps: AttentionDeps): Attention {
  const { clock, read, owners } = deps;
  const readBudgets = keepBudgets(deps);
  return {
    routes: [
      handle(getAttention, async ({ query: { team = null } }) => {
        const now = clock.now();
        const asked = topics.filter(({ hasTeam }) => hasTeam || team === null);
        const question = { read, readBudgets, owners, team, now };
        const items = await Promise.all(asked.map((topic) => readItem(topic, question)));
        return { at: new Date(now).toISOString(), items };
      }),
    ],
  };
}

/** A topic that cannot be counted does not hide the others. */
async function readItem(
  { topic, link, count }: (typeof topics)[number],
  question: TopicQuestion,
): Promise<AttentionItem> {
  try {
    return { topic, link, monthly: null, reason: null, ...(await count(question)) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { topic, link, count: null, level: null, text: 'Not known', monthly: null, reason: error.message };
  }
}

/** The statuses of budgets read the whole bill, so they are kept for five minutes, or until a budget changes. */
function keepBudgets({ clock, read, budgetStamp }: AttentionDeps): () => Promise<readonly Budget[]> {
  let kept: { readonly stamp: string; readonly at: number; readonly budgets: Promise<readonly Budget[]> } | null = null;
  return async () => {
    const [stamp, at] = [await budgetStamp(), clock.now()];
    if (kept === null || kept.stamp !== stamp || at - kept.at > BUDGETS_KEPT_MS) {
      const budgets = read(listBudgets, {}).then((answer) => answer.budgets);
      kept = { stamp, at, budgets };
      budgets.catch(() => {
        if (kept?.budgets === budgets) kept = null;
      });
    }
    return kept.budgets;
  };
}
