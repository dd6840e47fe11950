import type { z } from 'zod';
import { AppError } from '../../../platform/errors/index.ts';
import type { Plugin } from '../../../platform/http/index.ts';
import { buildHolderRows } from '../series/holder-stretches.ts';
import { addLeftOut, type LeftOut } from '../series/left-out.ts';
import type { sendGpuReadings } from './schema.ts';
import { KERNEL_RAN } from './signals.ts';
import { decodeSnappy, SnappyError } from './snappy.ts';
import { findSources, type StoredSource, saveRead } from './store.ts';
import type { SyncDeps } from './sync.ts';
import { buildReadingRow, takeSeries } from './take.ts';
import { InvalidWriteRequest, parseWriteRequest } from './write-request.ts';

/** Limits of a body, packed and unpacked; Prometheus sends some hundred kilobytes. */
const BODY_LIMIT_BYTES = 8 * 1024 * 1024;
const UNPACKED_LIMIT_BYTES = 32 * 1024 * 1024;
/** Maximum time by which the clock of a sender may be ahead of ours. */
const SKEW_MS = 3_600_000;
/** An older reading is an error of the sender, or of its clock: a Prometheus retries for some hours at most. */
const OLDEST_MS = 400 * 86_400_000;

/** Endpoint for the remote write of Prometheus: `remote_write: [{ url: …/api/v1/gpus/sources/NAME/write }]`. */
export function createRemoteWritePlugin(deps: SyncDeps): Plugin {
  return (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES }, (_request, body, done) =>
      done(null, body),
    );
    const config = { scope: 'finops.write', audit: 'counted' } as const;
    app.post<{ Params: { source: string } }>(
      '/api/v1/gpus/sources/:source/write',
      { config },
      async (request, reply) => {
        const source = await requirePushSource(deps, request.params.source);
        const body = request.body instanceof Uint8Array ? request.body : new Uint8Array();
        await receiveWrite(deps, source, body);
        return reply.status(204).send();
      },
    );
  };
}

/** Errors: `gpu_source_not_found`, `gpu_source_not_sent_to`. */
async function requirePushSource(deps: SyncDeps, name: string): Promise<StoredSource> {
  const [source] = await findSources(deps.store, name);
  if (source === undefined) throw createSourceNotFoundError(name);
  if (source.spec.type === 'push') return source;
  const detail = `The source ${name} is of type ${source.spec.type}; readings are sent to sources of type push.`;
  throw new AppError('gpu_source_not_sent_to', detail, { source: name });
}

export function createSourceNotFoundError(name: string): AppError {
  const detail = `There is no source of GPU readings "${name}". Create one: steelyard apply -f SOURCE.yaml with a document of kind GpuSource.`;
  return new AppError('gpu_source_not_found', detail, { source: name });
}

async function receiveWrite(deps: SyncDeps, source: StoredSource, body: Uint8Array): Promise<void> {
  const { series } = parseBody(body);
  const taken = takeSeries(series, buildTaking(deps, source));
  await keepSent(deps, source, taken);
}

function parseBody(body: Uint8Array) {
  try {
    return parseWriteRequest(decodeSnappy(body, UNPACKED_LIMIT_BYTES));
  } catch (error) {
    if (!(error instanceof SnappyError || error instanceof InvalidWriteRequest)) throw error;
    const what = error instanceof SnappyError ? 'a snappy block' : 'a WriteRequest of remote write 1.0';
    const detail = `The body is not ${what}: ${error.message}. Nothing was stored. Send readings from Prometheus by remote_write.`;
    throw new AppError('gpu_write_malformed', detail, {}, { cause: error });
  }
}

/** Limits for the acceptance of received readings. */
export function buildTaking({ clock }: SyncDeps, { id, spec }: StoredSource) {
  const now = clock.now();
  const noiseRatio = spec.type === 'mlflow' ? 0 : spec.noise;
  return { source: id, intervalMs: spec.interval, noiseRatio, earliest: now - OLDEST_MS, latest: now + SKEW_MS };
}

interface Sent {
  readonly rows: Parameters<SyncDeps['recent']['append']>[0];
  readonly readings: number;
  readonly leftOut: readonly LeftOut[];
}

/** The readings are durable when it resolves, and visible to the next query. */
export async function keepSent(deps: SyncDeps, { name }: Pick<StoredSource, 'name'>, sent: Sent): Promise<void> {
  if (sent.rows.length === 0 && sent.leftOut.length === 0) return;
  await deps.recent.append(sent.rows);
  await deps.store.transaction((sql) => saveRead(sql, name, { ...sent, at: deps.clock.now() }));
}

type Watched = z.infer<typeof sendGpuReadings.body>;

/** Readings of a machine, by `gpu watch`. Errors: `gpu_source_not_found`, `gpu_source_not_sent_to`. */
export async function receiveReadings(deps: SyncDeps, name: string, { host, gpus }: Watched) {
  const source = await requirePushSource(deps, name);
  const from = buildTaking(deps, source);
  const leftOut: LeftOut[] = [];
  const kept = gpus.filter(({ at, uuid }) => {
    const ms = Date.parse(at);
    if (ms >= from.earliest && ms <= from.latest) return true;
    const reason = ms > from.latest ? 'the time is in the future' : 'older than readings are kept';
    addLeftOut(leftOut, reason, 1, () => `${uuid} at ${at}`);
    return false;
  });
  const rows = kept.flatMap(({ at, uuid, utilizationRatio, memoryBytes }) => {
    const row = (metric: 'utilization' | 'memory', value: number | null, rank: number) =>
      value === null ? [] : [buildReadingRow({ at: Date.parse(at), value, holder: null, rank }, uuid, metric, from)];
    return [...row('utilization', utilizationRatio, KERNEL_RAN), ...row('memory', memoryBytes, 0)];
  });
  const held = buildHolderRows(
    kept.flatMap((gpu) => buildHoldersOfGpu(host, gpu)),
    from,
  );
  const sent = { rows: [...rows, ...held], readings: rows.length, leftOut };
  await keepSent(deps, source, sent);
  return { readings: rows.length, leftOut };
}

const WORK = 'steelyard-';

/** The processes on a GPU as holders: one without a process if the GPU was free, and none if the processes were not reported. */
function buildHoldersOfGpu(host: string, { at, uuid, model, pids, work = {} }: Watched['gpus'][number]) {
  const machine = { gpu: uuid, host, model, slices: null, namespace: null, pod: null };
  const holders = pids?.length === 0 ? [null] : (pids ?? []);
  return holders.map((pid) => {
    const id = work[String(pid)];
    // Work on this machine has the name that it would have in a separate container.
    const container = id === undefined ? null : `${WORK}${id}`;
    return { subject: { ...machine, container, pid }, instants: [Date.parse(at)] };
  });
}
