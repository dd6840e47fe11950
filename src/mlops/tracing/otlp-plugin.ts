import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Identity, Plugin } from '../../platform/http/index.ts';
import { toAppError } from '../../platform/http/problem.ts';
import { exportAnswer, InvalidOtlp, unpack } from '../otlp/index.ts';
import { checkRunId, MlflowError, replyWithMlflowError } from '../wire/index.ts';
import type { MediaType } from './convert-spans.ts';
import { type Converter, createConverter } from './converter.ts';
import { type IngestDeps, storeSpans } from './ingest.ts';
import type { SpanRecord } from './span-record.ts';
import { readClaimedOwners } from './trace-owners.ts';

/** Size of a body as received; decompressed it may be larger (otlp/inflate.ts). */
const BODY_LIMIT_BYTES = 16 * 1024 * 1024;

/** Error format of FastAPI, which MLflow's server uses: `{"detail": …}`. */
class Refusal extends Error {
  readonly status: number;
  readonly detail: unknown;

  constructor(status: number, detail: unknown) {
    super(typeof detail === 'string' ? detail : 'refused');
    this.status = status;
    this.detail = detail;
  }
}

/** Targets of a write of spans. */
export interface TracesWrite {
  readonly experimentId: string;
  readonly runId: string | null;
  /** Traces of the spans. */
  readonly traceIds: readonly string[];
  /** Tags by which spans claim an owner for their trace; each list is one claim. */
  readonly owners: readonly (readonly { readonly key: string; readonly value: string }[])[];
}

/** Refuses spans for an experiment, run or trace of another team. Error: `not_permitted`. */
export type CheckTraces = (identity: Identity, write: TracesWrite) => Promise<void>;

/** `POST /v1/traces`: spans by OTLP over HTTP, in protocol buffers or JSON, all of a request or none. */
export function otlpPlugin(deps: IngestDeps & { readonly checkWrite: CheckTraces }): Plugin {
  return (app) => {
    const converter = createConverter();
    app.addHook('onClose', () => converter[Symbol.asyncDispose]());
    app.setErrorHandler(replyWithDetail);
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES }, (_request, body, done) =>
      done(null, body),
    );
    app.post(
      '/v1/traces',
      { config: { scope: 'mlops.log', reads: 'team', audit: 'counted' } },
      async (request, reply) => {
        const experimentId = readHeader(request, 'x-mlflow-experiment-id');
        if (experimentId === null) throw buildMissingHeader('x-mlflow-experiment-id');
        const runId = readHeader(request, 'x-mlflow-run-id');
        if (runId !== null) checkRunId(runId);
        const place = { experimentId, runId };
        // Checked before the spans are parsed, and again once their traces are known.
        await deps.checkWrite(request.identity, { ...place, traceIds: [], owners: [] });
        const type = readMediaType(request);
        const { records, changedSpans } = await readRecords(request, type, converter);
        const traceIds = [...new Set(records.map(({ row }) => row.trace_id))];
        await deps.checkWrite(request.identity, { ...place, traceIds, owners: readClaimedOwners(records) });
        if (records.length > 0) await storeSpans(deps, { experimentId, runId, records });
        return reply.type(type).send(exportAnswer(type, changedSpans));
      },
    );
  };
}

function readHeader(request: FastifyRequest, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

function buildMissingHeader(name: string): Refusal {
  return new Refusal(422, [{ type: 'missing', loc: ['header', name], msg: 'Field required', input: null }]);
}

function readMediaType(request: FastifyRequest): MediaType {
  const given = request.headers['content-type'];
  const type = given?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/x-protobuf' || type === 'application/json') return type;
  throw new Refusal(
    400,
    `Invalid Content-Type: ${given ?? 'None'}. Expected: application/x-protobuf or application/json`,
  );
}

async function readRecords(
  request: FastifyRequest,
  type: MediaType,
  converter: Converter,
): Promise<{ readonly records: readonly SpanRecord[]; readonly changedSpans: number }> {
  const packed = request.body instanceof Uint8Array ? request.body : new Uint8Array();
  const bytes = await convertOrRefuse(() => unpack(packed, request.headers['content-encoding']));
  const conversion = await converter.convert({ type, bytes });
  if ('records' in conversion) return conversion;
  throw new Refusal(conversion.refused.status, conversion.refused.detail);
}

async function convertOrRefuse<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof InvalidOtlp ? new Refusal(400, error.message) : error;
  }
}

/**
 * Refusals in FastAPI's format; errors of the store about an experiment in MLflow's format, as MLflow's server does.
 */
function replyWithDetail(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof MlflowError) return replyWithMlflowError(error, request, reply);
  const known = toAppError(error);
  const status = error instanceof Refusal ? error.status : known.meaning.status;
  if (status >= 500) request.log.error({ err: known.cause ?? error, requestId: request.id }, known.message);
  const detail = error instanceof Refusal ? error.detail : known.message;
  return reply.status(status).type('application/json; charset=utf-8').send(JSON.stringify({ detail }));
}
