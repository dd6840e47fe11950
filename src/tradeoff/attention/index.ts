import { type Budget, listBudgets } from '../../finops/budgets/schema.ts';
import { AppError } from '../../platform/errors/index.ts';
import { handle, type Identity, limitMoney, type Read, type ReadAs, type Route } from '../../platform/http/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { type AttentionItem, getAttention } from './schema.ts';
import { type AttentionOwners, type TopicQuestion, topics } from './topics.ts';

export type { AttentionOwners } from './topics.ts';

const BUDGETS_KEPT_MS = 5 * 60_000;
const MOST_KEPT = 100;

export interface AttentionDeps {
  readonly clock: Clock;
  /** Answers of the lists, so that a badge and its page never differ. */
  readonly readAs: ReadAs;
  /** Changes whenever a budget or an approved increase changes. */
  readonly budgetStamp: () => Promise<string>;
  readonly owners: AttentionOwners;
}

/** Counts of the things that need attention, for the badges of the navigation. */
export interface Attention {
  readonly routes: readonly Route[];
}

export function createAttention(deps: AttentionDeps): Attention {
  const { clock, readAs, owners } = deps;
  const readBudgets = keepBudgets(deps);
  return {
    routes: [
      handle(getAttention, async ({ query: { team = null }, identity }) => {
        const now = clock.now();
        // Things without a team are visible to those who see all costs.
        const isWhole = team === null && identity.visible.money === 'all';
        const asked = topics.filter(({ hasTeam }) => hasTeam || isWhole);
        const read = readAs(identity);
        const question = { read, readBudgets: () => readBudgets(identity, read), owners, team, now };
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

interface Kept {
  readonly stamp: string;
  readonly at: number;
  readonly budgets: Promise<readonly Budget[]>;
}

/**
 * The statuses of budgets read the whole bill, so they are kept for five minutes, or until a budget changes; separately for each set of teams
 * that callers see.
 */
function keepBudgets({
  clock,
  budgetStamp,
}: AttentionDeps): (identity: Identity, read: Read) => Promise<readonly Budget[]> {
  const keptByTeams = new Map<string, Kept>();
  return async (identity, read) => {
    const [stamp, at, teams] = [await budgetStamp(), clock.now(), JSON.stringify(limitMoney(identity))];
    const kept = keptByTeams.get(teams);
    if (kept !== undefined && kept.stamp === stamp && at - kept.at <= BUDGETS_KEPT_MS) return kept.budgets;
    const budgets = read(listBudgets, {}).then((answer) => answer.budgets);
    if (keptByTeams.size >= MOST_KEPT) keptByTeams.clear();
    keptByTeams.set(teams, { stamp, at, budgets });
    budgets.catch(() => {
      if (keptByTeams.get(teams)?.budgets === budgets) keptByTeams.delete(teams);
    });
    return budgets;
  };
}
