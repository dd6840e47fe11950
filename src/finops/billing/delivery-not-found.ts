import { AppError } from '../../platform/errors/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { findDeletions, type StoredDeletion } from './deletion/store.ts';

/** `bill_delivery_deleted` with time and cause, or `bill_delivery_not_found` for an id that was never imported. */
export async function createDeliveryNotFoundError(sql: Sql, delivery: string): Promise<AppError> {
  const deletion = (await findDeletions(sql, [delivery])).at(-1);
  if (deletion !== undefined) {
    const { at, periods } = deletion;
    const detail = `${describeDeletion(deletion)}. Import the same files again to restore it.`;
    return new AppError('bill_delivery_deleted', detail, { delivery, at, periods, cause: deletion.cause });
  }
  const detail = `There is no delivery ${delivery}. List the deliveries with: steelyard bill deliveries`;
  return new AppError('bill_delivery_not_found', detail, { delivery });
}

const CAUSES = {
  delivery: 'a deletion of the delivery',
  source: 'the deletion of its source',
  retention: 'retention (setting supersededDeliveryDays)',
} as const;

/** One sentence about a deletion: delivery, source, periods, time, cause and actor. */
export function describeDeletion({ delivery, source, periods, at, cause, actor }: StoredDeletion): string {
  const months = periods.length === 0 ? 'without rows' : `of ${periods.join(', ')}`;
  return `Bill rows of delivery ${delivery} (${source}, ${months}) were deleted at ${at} by ${CAUSES[cause]}, by ${actor}`;
}
