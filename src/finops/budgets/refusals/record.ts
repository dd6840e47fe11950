import type { Subject } from '../../../org/schema.ts';
import { AppError } from '../../../platform/errors/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import { Money } from '../../../platform/units/schema.ts';
import { findBudgets } from '../store.ts';
import { RefusalReason } from './schema.ts';
import { putRefusal } from './store.ts';

/** A request for money, as a reservation states it. */
interface AskedWork {
  readonly id: string;
  readonly subject: Subject;
  readonly origin: string;
  readonly resource: string;
  readonly quantity: string;
}

/** Runs a request for money. If a budget refuses it, the refusal is stored with that budget; the error is thrown on. */
export async function recordRefusal<T>(
  deps: { readonly store: Store; readonly clock: { now(): number } },
  asked: AskedWork,
  request: () => Promise<T>,
): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof AppError) await storeRefusal(deps, asked, error);
    throw error;
  }
}

async function storeRefusal(
  { store, clock }: Parameters<typeof recordRefusal>[0],
  { id, subject, origin, resource, quantity }: AskedWork,
  { code, context, message }: AppError,
): Promise<void> {
  const reason = RefusalReason.safeParse(code);
  if (!reason.success || typeof context.budget !== 'string') return;
  const name = context.budget;
  await store.transaction(async (sql) => {
    // The limit of the request itself or of its pipeline run may have refused it, which are no budgets.
    const [budget] = await findBudgets(sql, name);
    if (budget === undefined) return;
    const amount = (key: 'needed' | 'left') => Money.safeParse(context[key]).data ?? null;
    await putRefusal(sql, name, {
      reservation: id,
      refusedAt: new Date(clock.now()).toISOString(),
      ...{ subject, origin, resource, quantity },
      needed: amount('needed'),
      left: amount('left'),
      reason: reason.data,
      detail: message,
    });
  });
}
