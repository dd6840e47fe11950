import { decodePageToken, encodePageToken } from '../../platform/contract/page-token.ts';
import { type LakeRow, literal } from '../../platform/lake/index.ts';
import { labelledSql, rangeOf, type Selection } from './labelled.ts';
import type { LoggedPrediction } from './schema.ts';
import type { PredictionDeps } from './service.ts';

const DAY_MS = 86_400_000;

/** One page of a model's predictions, latest first. Error: `invalid_page_token`. */
export async function listed(
  tables: Pick<PredictionDeps, 'predictions' | 'labels'>,
  selection: Selection,
  { withinDays, pageSize, pageToken }: { withinDays: number; pageSize: number; pageToken?: string | undefined },
): Promise<{ predictions: LoggedPrediction[]; nextPageToken: string | null }> {
  const [at, id] = pageToken === undefined ? [] : decodePageToken(pageToken, selection);
  const after =
    at === undefined
      ? ''
      : `WHERE (predictedAt, prediction) < (TIMESTAMP ${literal(String(at))}, ${literal(String(id))})`;
  const withinMs = withinDays * DAY_MS;
  const rows = await tables.predictions.read(
    (predictions, session) =>
      tables.labels.read((labels) =>
        session.query(`WITH ${labelledSql({ predictions, labels }, selection, withinMs)}
        SELECT * REPLACE (${['predictedAt', 'labelledAt'].map((column) => `strftime(${column}, '${INSTANT}') AS ${column}`).join(', ')}),
          CAST(predictedAt AS VARCHAR) AS position
        FROM labelled ${after} ORDER BY labelled.predictedAt DESC, prediction DESC LIMIT ${pageSize + 1}`),
      ),
    rangeOf(selection, withinMs),
  );
  const page = rows.slice(0, pageSize);
  const last = page.at(-1);
  const more = rows.length > pageSize && last !== undefined;
  return {
    predictions: page.map(shown),
    nextPageToken: more ? encodePageToken([String(last.position), String(last.prediction)], selection) : null,
  };
}

const INSTANT = '%Y-%m-%dT%H:%M:%S.%gZ';

function shown(row: LakeRow): LoggedPrediction {
  return {
    prediction: String(row.prediction),
    model: String(row.model),
    modelVersion: text(row.modelVersion),
    endpoint: text(row.endpoint),
    environment: text(row.environment),
    predictedAt: String(row.predictedAt),
    entity: text(row.entity),
    inputs: JSON.parse(String(row.inputs)),
    output: JSON.parse(String(row.output)),
    latencyMs: number(row.latencyMs),
    inputTokens: number(row.inputTokens),
    outputTokens: number(row.outputTokens),
    caller: text(row.caller),
    project: text(row.project),
    team: text(row.team),
    label: row.label === null ? null : JSON.parse(String(row.label)),
    labelledAt: text(row.labelledAt),
  };
}

const text = (value: unknown) => (value === null ? null : String(value));
const number = (value: unknown) => (value === null ? null : Number(value));
