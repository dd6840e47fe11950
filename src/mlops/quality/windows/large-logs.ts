import type { JournaledTable } from '../../../platform/journal/index.ts';
import { quoteLiteral } from '../../../platform/lake/index.ts';
import { MINUTE_MS } from '../../../platform/units/durations.ts';
import type { Clock } from '../../../platform/units/index.ts';
import type { ScoringProgress } from './scored-parts.ts';
import { SHORTEST_ROW_BYTES } from './scored-rows.ts';

/** Predictions of a model up to which a request computes the figures that are not stored yet. */
const MOST_COMPUTED = 1_000_000;
/** Time for which the count of a large log is kept: it only grows. */
const KEPT_MS = 5 * MINUTE_MS;

/** Rows in all up to which a request may score every one of a model, without a look at how many there are of it. */
const FEW_ROWS = 100_000;

/** Models with more predictions than a request can score, and how far their scoring is. */
export interface LargeLogs {
  /** Progress of the scoring of a model; null: its predictions are few enough for a request. */
  findProgress(model: string): Promise<ScoringProgress | null>;
  /** Whether the predictions of all models are so few that a request may score all of a model. */
  isFew(): Promise<boolean>;
  /** Null: the scoring ended. */
  note(model: string, progress: ScoringProgress | null): void;
}

export function createLargeLogs(predictions: Pick<JournaledTable, 'read' | 'waitingBytes'>, clock: Clock): LargeLogs {
  const counted = new Map<string, { readonly count: number; readonly untilMs: number }>();
  const noted = new Map<string, ScoringProgress>();
  const count = async (model: string): Promise<number> => {
    const kept = counted.get(model);
    if (kept !== undefined && kept.untilMs > clock.now()) return kept.count;
    const found = await countLarge(predictions, model);
    if (found > MOST_COMPUTED) counted.set(model, { count: found, untilMs: clock.now() + KEPT_MS });
    return found;
  };
  return {
    async findProgress(model) {
      const of = await count(model);
      return of <= MOST_COMPUTED ? null : (noted.get(model) ?? { predictions: 0, of });
    },
    isFew: () =>
      predictions.read(async (relation, session) => {
        const waiting = predictions.waitingBytes / SHORTEST_ROW_BYTES;
        return session.countFileRows(relation) + waiting <= FEW_ROWS;
      }),
    note(model, progress) {
      if (progress === null) noted.delete(model);
      else noted.set(model, progress);
    },
  };
}

/** Predictions of a model where the log is large; fewer where it is not, without a read. */
function countLarge(predictions: Pick<JournaledTable, 'read'>, model: string): Promise<number> {
  return predictions.read(async (relation, session) => {
    const most = session.countFileRows(relation);
    if (most <= MOST_COMPUTED) return most;
    const [row] = await session.query(
      `SELECT count(*)::DOUBLE AS predictions FROM ${relation} WHERE model = ${quoteLiteral(model)}`,
    );
    return Number(row?.predictions ?? 0);
  });
}
