import type { LogSpec } from '../../endpoint-spec/schema.ts';
import type { ModelSpec, UntypedTensor, WireProtocol } from '../../inference/index.ts';
import { type Codec, decodeUtf8, type Headers, isRecord, parseJson, parseMediaType } from '../../inference/index.ts';
import type { PredictionHead, ServedPrediction } from './prediction-log.ts';
import type { ServedTokens } from './served-tokens.ts';
import { type AnsweredTokens, NO_TOKENS, readTokens, StreamTokens } from './token-usage.ts';
import { readTraceparent } from './traceparent.ts';
import { countRows, nameColumns, nestTensor, selectRow } from './values.ts';

/** Request and answer: tensors where they were converted, bytes where they were passed on, null where they are too large. */
export type Content =
  | { readonly asked: readonly UntypedTensor[]; readonly answered: readonly UntypedTensor[] }
  | { readonly request: Message; readonly answer: Message }
  | null;

export interface Message {
  readonly headers: Headers;
  readonly body: Buffer;
}

/** One answered request. */
export interface Exchange {
  readonly id: string;
  readonly endpoint: string;
  readonly environment: string | null;
  readonly project: string | null;
  readonly variant: string;
  readonly model: string;
  readonly version: string;
  readonly caller: string;
  readonly log: LogSpec;
  readonly spoken: WireProtocol;
  readonly spec: ModelSpec;
  /** Headers of the request. */
  readonly headers: Headers;
  /** Unix milliseconds. */
  readonly answeredAt: number;
  readonly latencyMs: number;
  readonly content: Content;
  /** Tokens that were read while a streamed answer passed; null where it was none. */
  readonly streamed: AnsweredTokens | null;
  /** Receives the stored rows, null for each that was sampled out; not called where the log could not store them. */
  readonly onStored: ((rows: readonly (PredictionHead | null)[]) => void) | null;
  /** For an answer of a shadow variant: the rows of the prediction that the client got; null: the client got this answer. */
  readonly shadowOf: readonly (PredictionHead | null)[] | null;
  /** Approximate memory of the exchange. */
  readonly sizeBytes: number;
}

interface Row {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly output: unknown;
}

const NOTHING: Row = { inputs: {}, output: null };
const MOST_AHEAD_MS = 24 * 3_600_000;
const LONGEST_ENTITY = 250;

/**
 * The rows of an exchange: one for each row of the batch where inputs and outputs have the same number of rows, else one for
 * all. `isWhole` is false where the content could not be read; then there is one row without content.
 */
export function buildRows(
  exchange: Exchange,
  codecs: Readonly<Record<WireProtocol, Codec>>,
): { readonly rows: ServedPrediction[]; readonly isWhole: boolean; readonly used: ServedTokens | null } {
  const { id, endpoint, variant, environment, project, model, version, caller, latencyMs } = exchange;
  const read = readContent(exchange, codecs[exchange.spoken]);
  const found = read?.rows ?? [NOTHING];
  const common = { model, modelVersion: version, endpoint, variant, environment, project, latencyMs, caller };
  const tokens = exchange.streamed ?? read?.tokens ?? NO_TOKENS;
  const { inputTokens, outputTokens } = tokens;
  const rows = found.map(
    ({ inputs, output }, at): ServedPrediction => ({
      ...common,
      prediction: found.length === 1 ? id : `${id}-${at}`,
      predictedAt: readTime(exchange, inputs),
      entity: readEntity(exchange, inputs),
      inputs,
      output,
      // Token counts are of the whole request; only its first row has them, so that sums over rows are right.
      inputTokens: at === 0 ? inputTokens : null,
      outputTokens: at === 0 ? outputTokens : null,
    }),
  );
  return { rows, isWhole: read !== null, used: toServedTokens(exchange, tokens, found[0]?.inputs ?? {}) };
}

/** Tokens for the ledger; null where the answer states none. An embedding states no output, which is none. */
function toServedTokens(
  { id, endpoint, environment, project, model, version, answeredAt, headers }: Exchange,
  { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, model: answered }: AnsweredTokens,
  inputs: Row['inputs'],
): ServedTokens | null {
  if (inputTokens === null) return null;
  const cached = { cacheReadTokens: cacheReadTokens ?? 0, cacheWriteTokens: cacheWriteTokens ?? 0 };
  return {
    ...{ prediction: id, endpoint, environment, project, model, modelVersion: version, at: answeredAt },
    ...{ llm: toName(inputs.model) ?? answered ?? model, user: toName(inputs.user) },
    ...{ inputTokens, outputTokens: outputTokens ?? 0, ...cached, caller: readTraceparent(headers) },
  };
}

function toName(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, LONGEST_ENTITY) : null;
}

/** The rows of a request and its answer; null where they cannot be read. */
export function readContent(
  { content, spec }: Pick<Exchange, 'content' | 'spec'>,
  codec: Codec,
): { rows: Row[]; tokens: AnsweredTokens } | null {
  if (content === null) return null;
  if ('asked' in content) return { rows: buildTensorRows(content.asked, content.answered, spec), tokens: NO_TOKENS };
  const { request, answer } = content;
  const asked = attempt(() => codec.decodeRequest(request.body, request.headers).given);
  const answered = asked && attempt(() => codec.decodeResponse(answer.body, answer.headers));
  if (asked !== null && answered !== null) {
    const says = answer.body.includes('"usage"') ? attempt(() => parseBody(answer)) : null;
    return { rows: buildTensorRows(asked, answered, spec), tokens: readTokens(says) };
  }
  const output = attempt(() => parseBody(answer)) ?? decodeTextBody(answer);
  const input = attempt(() => parseBody(request)) ?? decodeTextBody(request);
  if (output === null || input === null) return null;
  const tokens = isEventStream(answer.headers) ? readEventTokens(answer.body) : readTokens(output);
  return { rows: [{ inputs: isRecord(input) ? input : { input }, output }], tokens };
}

/** The inputs of each row of a request, by name; a JSON body that is no request for tensors is one row. null where it cannot be read. */
export function readInputRows(request: Message, spec: ModelSpec, codec: Codec): Row['inputs'][] | null {
  const asked = attempt(() => codec.decodeRequest(request.body, request.headers).given);
  if (asked === null) {
    const input = attempt(() => parseBody(request));
    return isRecord(input) ? [input] : null;
  }
  const columns = nameColumns(asked, spec);
  const rows = countRows(columns.map(({ given }) => given));
  if (rows === null) return [Object.fromEntries(columns.map(({ name, given }) => [name, nestTensor(given)]))];
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(columns.map(({ name, given }) => [name, selectRow(given, row)])),
  );
}

function buildTensorRows(asked: readonly UntypedTensor[], answered: readonly UntypedTensor[], spec: ModelSpec): Row[] {
  const columns = nameColumns(asked, spec);
  const rows = countRows(columns.map(({ given }) => given));
  if (rows === null || countRows(answered) !== rows) {
    const inputs = Object.fromEntries(columns.map(({ name, given }) => [name, nestTensor(given)]));
    return [{ inputs, output: joinOutputs(answered, nestTensor) }];
  }
  return Array.from({ length: rows }, (_, row) => {
    const inputs: Record<string, unknown> = {};
    for (const { name, given } of columns) inputs[name] = selectRow(given, row);
    return { inputs, output: joinOutputs(answered, (one) => selectRow(one, row)) };
  });
}

/** The value of a lone output, else an object by name. */
function joinOutputs(answered: readonly UntypedTensor[], of: (one: UntypedTensor) => unknown): unknown {
  const [lone, ...others] = answered;
  if (lone !== undefined && others.length === 0) return of(lone);
  return Object.fromEntries(answered.map((one, at) => [one.name ?? `output-${at}`, of(one)]));
}

function attempt<T>(reading: () => T): T | null {
  try {
    return reading();
  } catch {
    return null;
  }
}

/** The JSON body. Numbers that JSON cannot write (NaN, infinities) become null. */
function parseBody({ body }: Message): unknown {
  return JSON.parse(JSON.stringify(parseJson(body.toString('utf8'), { words: true }), toSayable));
}

function toSayable(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return typeof value === 'string' && value.startsWith('\u0000') ? null : value;
}

/** The body of an answer with a text media type, unchanged. Example: an event stream. */
function decodeTextBody({ headers, body }: Message): string | null {
  return parseMediaType(headers).startsWith('text/') ? decodeUtf8(body) : null;
}

/** Whether an answer is a stream of events whose text can be read. */
export function isEventStream(headers: Headers): boolean {
  return parseMediaType(headers) === 'text/event-stream' && headers['content-encoding'] === undefined;
}

function readEventTokens(body: Buffer): AnsweredTokens {
  const tokens = new StreamTokens();
  tokens.write(body);
  return tokens.read();
}

function readEntity({ log, headers }: Exchange, inputs: Row['inputs']): string | null {
  const value = log.entity === undefined ? undefined : readPlace(log.entity, headers, inputs);
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return null;
  const text = String(value);
  return text === '' ? null : text.slice(0, LONGEST_ENTITY);
}

const INSTANT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * Time of the prediction. A value that cannot be parsed, or is more than a day ahead of this server's clock, is replaced by
 * the time of the answer.
 */
function readTime({ log, headers, answeredAt }: Exchange, inputs: Row['inputs']): string {
  const value = log.time === undefined ? undefined : readPlace(log.time, headers, inputs);
  const instant = typeof value === 'string' && INSTANT.test(value) ? Date.parse(toUtcText(value)) : Number.NaN;
  return new Date(instant <= answeredAt + MOST_AHEAD_MS ? instant : answeredAt).toISOString();
}

/** An instant without a zone is UTC, as in files of labels. */
function toUtcText(text: string): string {
  return /(Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text.replace(' ', 'T')}Z`;
}

function readPlace(place: NonNullable<LogSpec['entity']>, headers: Headers, inputs: Row['inputs']): unknown {
  if ('header' in place) return headers[place.header.toLowerCase()];
  if (place.input in inputs) return inputs[place.input];
  return place.input.split('.').reduce<unknown>((value, name) => (isRecord(value) ? value[name] : undefined), inputs);
}
