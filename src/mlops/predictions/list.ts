import { decodePageToken, encodePageToken } from '../../platform/contract/page-token.ts';
import { type LakeRow, quoteLiteral } from '../../platform/lake/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import { computeReadRange, labelledSql, type Selection } from './labelled.ts';
import type { LoggedPrediction } from './schema.ts';
import type { PredictionDeps } from './service.ts';

/** One page of a model's predictions, latest first. Error: `invalid_page_token`. */
export async function readPredictionPage(
  tables: Pick<PredictionDeps, 'predictions' | 'labels'>,
  selection: Selection,
  { withinDays, pageSize, pageToken }: { withinDays: number; pageSize: number; pageToken?: string | undefined },
): Promise<{ predictions: LoggedPrediction[]; nextPageToken: string | null }> {
  const [at, id] = pageToken === undefined ? [] : decodePageToken(pageToken, selection);
  const after =
    at === undefined
      ? ''
      : `WHERE (predictedAt, prediction) < (TIMESTAMP ${quoteLiteral(String(at))}, ${quoteLiteral(String(id))})`;
  const withinMs = withinDays * DAY_MS;
  const rows = await tables.predictions.read(
    (predictions, session) =>
      tables.labels.read((labels) =>
        session.query(`WITH ${labelledSql({ predictions, labels }, selection, withinMs)}
        SELECT * REPLACE (${['predictedAt', 'labelledAt'].map((column) => `strftime(${column}, '${INSTANT}') AS ${column}`).join(', ')}),
          CAST(predictedAt AS VARCHAR) AS position
        FROM labelled ${after} ORDER BY labelled.predictedAt DESC, prediction DESC LIMIT ${pageSize + 1}`),
      ),
    computeReadRange(selection, withinMs),
  );
  const page = rows.slice(0, pageSize);
  const last = page.at(-1);
  const more = rows.length > pageSize && last !== undefined;
  return {
    predictions: page.map(toLoggedPrediction),
    nextPageToken: more ? encodePageToken([String(last.position), String(last.prediction)], selection) : null,
  };
}

const INSTANT = '%Y-%m-%dT%H:%M:%S.%gZ';

function toLoggedPrediction(row: LakeRow): LoggedPrediction {
  return {
    prediction: String(row.prediction),
    model: String(row.model),
    modelVersion: toText(row.modelVersion),
    endpoint: toText(row.endpoint),
    environment: toText(row.environment),
    predictedAt: String(row.predictedAt),
    entity: toText(row.entity),
    inputs: JSON.parse(String(row.inputs)),
    output: JSON.parse(String(row.output)),
    latencyMs: toNumber(row.latencyMs),
    inputTokens: toNumber(row.inputTokens),
    outputTokens: toNumber(row.outputTokens),
    caller: toText(row.caller),
    project: toText(row.project),
    team: toText(row.team),
    variant: toText(row.variant),
    label: row.label === null ? null : JSON.parse(String(row.label)),
    labelledAt: toText(row.labelledAt),
  };
}

const toText = (value: unknown) => (value === null ? null : String(value));
const toNumber = (value: unknown) => (value === null ? null : Number(value));
