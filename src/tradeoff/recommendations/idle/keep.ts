import { AppError } from '../../../platform/errors/index.ts';
import { lockUntilCommit } from '../../../platform/store/index.ts';
import { HOUR_MS } from '../../../platform/units/durations.ts';
import { formatInstantText } from '../../../platform/units/index.ts';
import { addTimelineEntry, formatInstant, type RecommendationDeps } from '../context.ts';
import type { Recommendation } from '../schema.ts';
import { putOrConflict, requireRecommendation } from '../service.ts';

/** Postpones the action for this many hours; then its policy notices it again. Errors: `recommendation_not_found`, `recommendation_not_noticed`. */
export function keepResource(
  deps: RecommendationDeps,
  { recommendation, actor, hours }: { readonly recommendation: string; readonly actor: string; readonly hours: number },
): Promise<Recommendation> {
  return deps.store.transaction(async (sql) => {
    await lockUntilCommit(sql, recommendation);
    const kept = await requireRecommendation(sql, recommendation);
    const { notice, title, state } = kept.document;
    if (notice === null) {
      const detail = `No idle policy has a pending action for "${title}" (${state}). Dismiss it, or undo it: steelyard recommend undo`;
      throw new AppError('recommendation_not_noticed', detail, { recommendation });
    }
    const now = deps.clock.now();
    const keptUntil = formatInstant(now + hours * HOUR_MS);
    const document = { ...kept.document, notice: { ...notice, keptUntil, keptBy: actor } };
    return putOrConflict(
      sql,
      kept,
      addTimelineEntry(document, now, 'kept', `Kept for ${hours} h, until ${formatInstantText(keptUntil)}`, actor),
    );
  });
}
