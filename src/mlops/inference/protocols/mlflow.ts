import { parse as parseCsv } from 'csv-parse/sync';
import { flattenNested, type UntypedTensor } from '../tensors/given.ts';
import { decodeUtf8, formatElements, formatNested, parseJson } from '../tensors/json-values.ts';
import { buildBadAnswer, buildBadRequest, type ProblemKind, ServingProblem } from '../tensors/problem.ts';
import type { ModelSpec, Tensor } from '../tensors/tensor.ts';
import { buildJsonBody, type Codec, type Headers, isRecord, JSON_TYPE, parseMediaType } from './codec.ts';

/** MLflow's scoring protocol 2.0: `POST /invocations` and its four ways to write inputs, and CSV. */
export const mlflowCodec: Codec = {
  decodeRequest(body, headers) {
    const table = { table: true, answerAs: 'rows', id: null, wanted: null, binary: false } as const;
    if (parseContentType(headers) === 'csv') return { ...table, given: parseCsvColumns(body.toString('utf8')) };
    const json = parseJson(body.toString('utf8'), { words: true });
    if (!isRecord(json)) throw buildBadRequest('The body must be a JSON object.');
    const { params, ...rest } = json;
    if (isRecord(params) && Object.keys(params).length > 0) {
      throw buildBadRequest('"params" are not supported for this model; only models on an MLflow server take them.');
    }
    const [format, ...others] = Object.keys(rest).filter((key) => FORMATS.has(key));
    if (format === undefined || others.length > 0 || Object.keys(rest).length > 1) {
      throw buildBadRequest(`The body must have exactly one of ${[...FORMATS].join(', ')}.`);
    }
    const value = rest[format];
    if (format === 'dataframe_split') return { ...table, given: splitColumns(value) };
    if (format === 'dataframe_records') return { ...table, given: recordColumns(value) };
    return { ...table, table: false, given: format === 'instances' ? readInstances(value) : readInputs(value) };
  },
  encodeRequest(inputs, spec) {
    if (isTable(inputs, spec)) return buildJsonBody(splitText(inputs));
    const [lone, ...others] = inputs;
    const text = others.length === 0 && lone !== undefined ? formatTensor(lone) : formatNamedTensors(inputs);
    return buildJsonBody(`{"inputs":${text}}`);
  },
  decodeResponse(body) {
    const json = parseJson(body.toString('utf8'), { words: true });
    const predictions = isRecord(json) ? json.predictions : undefined;
    if (predictions === undefined) throw buildBadAnswer('"predictions" is missing.');
    return isRecord(predictions) || isRecords(predictions)
      ? readInputs(isRecord(predictions) ? predictions : groupByColumn(predictions))
      : [flattenNested(null, predictions)];
  },
  encodeResponse(outputs) {
    const [lone, ...others] = outputs;
    return buildJsonBody(
      `{"predictions":${others.length === 0 && lone !== undefined ? formatTensor(lone) : formatNamedTensors(outputs)}}`,
    );
  },
  encodeProblem: ({ kind, message }) => buildJsonBody(JSON.stringify({ error_code: errorCodes[kind], message })),
};

const FORMATS: ReadonlySet<string> = new Set(['dataframe_split', 'dataframe_records', 'instances', 'inputs']);

const errorCodes: Readonly<Record<ProblemKind, string>> = {
  bad_request: 'BAD_REQUEST',
  not_found: 'RESOURCE_DOES_NOT_EXIST',
  too_large: 'BAD_REQUEST',
  unsupported_type: 'BAD_REQUEST',
  busy: 'REQUEST_LIMIT_EXCEEDED',
  unavailable: 'TEMPORARILY_UNAVAILABLE',
  bad_answer: 'INTERNAL_ERROR',
  model_failed: 'INTERNAL_ERROR',
  timeout: 'DEADLINE_EXCEEDED',
};

/** MLflow takes JSON and CSV, in UTF-8 only. */
function parseContentType(headers: Headers): 'json' | 'csv' {
  const type = parseMediaType(headers);
  const [, ...parameters] = String(headers['content-type'] ?? '').split(';');
  const odd = parameters.map((one) => one.trim().toLowerCase()).find((one) => one !== '' && one !== 'charset=utf-8');
  if (odd !== undefined) throw new ServingProblem('unsupported_type', `Unrecognized content type parameter: ${odd}.`);
  if (type === 'text/csv') return 'csv';
  if (type === JSON_TYPE) return 'json';
  throw new ServingProblem(
    'unsupported_type',
    `This endpoint accepts application/json and text/csv, not ${type || 'a request without a type'}.`,
  );
}

/** MLflow reads null in a column of numbers as NaN. */
const toNumberOrNaN = (value: unknown): unknown => (value === null ? '\u0000NaN' : value);

function splitColumns(value: unknown): UntypedTensor[] {
  if (!isRecord(value) || !Array.isArray(value.data)) {
    throw buildBadRequest('"dataframe_split" must have "columns" and "data".');
  }
  const rows: unknown[] = value.data;
  const width = rows.length === 0 ? 0 : Array.isArray(rows[0]) ? rows[0].length : 0;
  const columns = Array.isArray(value.columns)
    ? value.columns.map(String)
    : Array.from({ length: width }, (_, at) => String(at));
  const bad = rows.findIndex((row) => !Array.isArray(row) || row.length !== columns.length);
  if (bad >= 0) throw buildBadRequest(`Row ${bad} of "dataframe_split" must have ${columns.length} values.`);
  return columns.map((name, at) =>
    flattenNested(
      name,
      rows.map((row) => toNumberOrNaN((row as unknown[])[at])),
    ),
  );
}

function recordColumns(value: unknown): UntypedTensor[] {
  if (!isRecords(value)) throw buildBadRequest('"dataframe_records" must be a list of objects.');
  return Object.entries(groupByColumn(value)).map(([name, column]) => flattenNested(name, column.map(toNumberOrNaN)));
}

function isRecords(value: unknown): value is Record<string, unknown>[] {
  return Array.isArray(value) && value.length > 0 && value.every((row) => isRecord(row) && !('b64' in row));
}

/** A value that a record leaves out is null. */
function groupByColumn(records: readonly Record<string, unknown>[]): Record<string, unknown[]> {
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  return Object.fromEntries(names.map((name) => [name, records.map((record) => record[name] ?? null)]));
}

function readInstances(value: unknown): UntypedTensor[] {
  if (isRecords(value)) return readInputs(groupByColumn(value));
  if (!Array.isArray(value)) throw buildBadRequest('"instances" must be a list.');
  return [flattenNested(null, value)];
}

function readInputs(value: unknown): UntypedTensor[] {
  if (isRecord(value) && !('b64' in value))
    return Object.entries(value).map(([name, nested]) => flattenNested(name, nested));
  return [flattenNested(null, value)];
}

const NUMBER = /^\s*[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?\s*$/i;

function parseCsvColumns(text: string): UntypedTensor[] {
  let rows: string[][];
  try {
    rows = parseCsv(text, { bom: true, skip_empty_lines: true });
  } catch (error) {
    throw buildBadRequest(`The body is not CSV: ${error instanceof Error ? error.message : String(error)}`);
  }
  const [names = [], ...data] = rows;
  return names.map((name, at) => {
    const column = data.map((row) => row[at] ?? '');
    const isNumeric = column.every((cell) => cell === '' || NUMBER.test(cell));
    return flattenNested(name, isNumeric ? column.map((cell) => (cell === '' ? '\u0000NaN' : Number(cell))) : column);
  });
}

/** A model with a table for its signature takes one; of a model without any, so do named columns. */
function isTable(inputs: readonly Tensor[], { layout, inputs: known }: ModelSpec): boolean {
  if (known !== null) return layout === 'columns';
  return inputs.length > 1 && inputs.every(({ shape }) => shape.length === 1);
}

function splitText(columns: readonly Tensor[]): string {
  const texts = columns.map(listElementTexts);
  const rows = Array.from(
    { length: texts[0]?.length ?? 0 },
    (_, at) => `[${texts.map((column) => column[at]).join(',')}]`,
  );
  return `{"dataframe_split":{"columns":${JSON.stringify(columns.map(({ name }) => name))},"data":[${rows.join(',')}]}}`;
}

function formatNamedTensors(tensors: readonly Tensor[]): string {
  return `{${tensors.map((tensor) => `${JSON.stringify(tensor.name)}:${formatTensor(tensor)}`).join(',')}}`;
}

function formatTensor(tensor: Tensor): string {
  return formatNested(listElementTexts(tensor), tensor.shape);
}

function listElementTexts(tensor: Tensor): string[] {
  return formatElements(tensor, 'word', (bytes) =>
    JSON.stringify(decodeUtf8(bytes) ?? Buffer.from(bytes).toString('base64')),
  );
}
