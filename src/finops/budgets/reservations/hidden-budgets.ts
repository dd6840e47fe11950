import { AppError } from '../../../platform/errors/index.ts';
import { type Identity, isMoneyVisible, limitMoney } from '../../../platform/http/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import { findBudgets } from '../store.ts';
import type { Reservation } from './schema.ts';

const HIDDEN = 'a budget outside of your teams';

/**
 * Answers a request for money without the names and amounts of budgets of other teams or of the organization, if the caller sees the costs of
 * some teams only. A refusal keeps its code.
 */
export async function hideBudgets(
  sql: Sql,
  identity: Identity,
  request: () => Promise<Reservation>,
): Promise<Reservation> {
  if (limitMoney(identity) === null) return request();
  const isHidden = async (name: unknown) => {
    const [budget] = typeof name === 'string' ? await findBudgets(sql, name) : [];
    return budget !== undefined && !isMoneyVisible(identity, budget.spec.subject);
  };
  const hide = async (name: string | null) => ((await isHidden(name)) ? HIDDEN : name);
  try {
    const reservation = await request();
    const { limitedBy, stoppedBy } = reservation;
    return { ...reservation, limitedBy: await hide(limitedBy), stoppedBy: await hide(stoppedBy) };
  } catch (error) {
    if (!(error instanceof AppError) || !(await isHidden(error.context.budget))) throw error;
    const { reservation } = error.context;
    const detail = `The reason is ${HIDDEN}. Ask a person who sees all costs.`;
    throw new AppError(error.code, detail, typeof reservation === 'string' ? { reservation } : {});
  }
}
