import type { JournaledTable } from '../../platform/journal/index.ts';
import type { LakeSession } from '../../platform/lake/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import { computeReadRange, labelledSql, type ReadColumns } from './labelled.ts';

/** Days after a prediction in which a label of its entity counts, for models without a monitor. */
export const DEFAULT_LABEL_DAYS = 30;

export interface LabelledQuestion {
  readonly model: string;
  /** UTC instants: predictions made in `[start, end)`. */
  readonly start: string;
  readonly end: string;
  /** Days after a prediction in which a label of its entity counts. */
  readonly withinDays: number;
  readonly columns: ReadColumns;
}

/**
 * Predictions of a period, each once and with its label: `withSql` is a list of CTEs that ends in the relation `labelled` (columns of
 * a prediction, `label` as JSON or null, `labelledAt`). An id that was sent again with another time counts by its first record of any day.
 * The lake keeps the rows until `work` returns.
 */
export type LabelledReader = <T>(
  question: LabelledQuestion,
  work: (session: LakeSession, withSql: string) => Promise<T>,
) => Promise<T>;

export function createLabelledReader({
  predictions,
  labels,
}: {
  readonly predictions: Pick<JournaledTable, 'read'>;
  readonly labels: Pick<JournaledTable, 'read'>;
}): LabelledReader {
  return ({ model, start, end, withinDays, columns }, work) => {
    const [selection, withinMs] = [{ model, start, end }, withinDays * DAY_MS];
    return predictions.read((predictionsOfAnyDay, session) =>
      predictions.read(
        (selected) =>
          labels.read((told) => {
            const relations = { predictions: selected, labels: told, predictionsOfAnyDay };
            return work(session, labelledSql(relations, selection, withinMs, columns));
          }),
        computeReadRange(selection, withinMs),
      ),
    );
  };
}
