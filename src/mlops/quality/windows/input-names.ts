import type { JournaledTable } from '../../../platform/journal/index.ts';
import type { MonitorWindow } from '../../monitors/schema.ts';
import { buildInstantSql, rowsOfModelSql, type Selection } from '../../predictions/index.ts';

/** Predictions whose inputs are looked at, and the most names that are answered. */
const LATEST = 20;
const MOST_NAMES = 500;

/** Names of the inputs of the latest predictions, sorted; those of the last of some windows are read first, and all where they are too few. */
export async function readInputNames(
  predictions: Pick<JournaledTable, 'read'>,
  selection: Selection,
  windows: readonly Pick<MonitorWindow, 'period'>[],
): Promise<string[]> {
  const from = windows.at(-1)?.period?.start;
  const late = from === undefined ? [] : await readLatestNames(predictions, selection, from);
  const isEnough = late.length === LATEST;
  const latest = isEnough ? late : await readLatestNames(predictions, selection);
  return [...new Set(latest.flat())].toSorted().slice(0, MOST_NAMES);
}

/** Names of the inputs of each of the latest predictions since an instant. */
function readLatestNames(
  predictions: Pick<JournaledTable, 'read'>,
  selection: Selection,
  from?: string,
): Promise<string[][]> {
  const since = from === undefined ? '' : `WHERE predictedAt >= ${buildInstantSql(from)}`;
  return predictions.read(
    async (relation, session) => {
      const rows =
        await session.query(`SELECT CASE WHEN json_type(inputs) = 'OBJECT' THEN json_keys(inputs) ELSE [] END AS names
        FROM (${rowsOfModelSql(relation, selection, 'all')}) ${since}
        ORDER BY predictedAt DESC, prediction LIMIT ${LATEST}`);
      return rows.map(({ names }) => (Array.isArray(names) ? names.map(String) : []));
    },
    { from },
  );
}
