import { Readable } from 'node:stream';
import { z } from 'zod';
import { listImported, recordImported } from '../../src/mlops/transfer/schema.ts';
import { computeFingerprint } from './fingerprint.ts';
import type { TakenExperiment } from './import-experiments.ts';
import type { ImportPass } from './import-job.ts';
import { orLeft } from './import-runs.ts';
import { toOtlp } from './otlp-json.ts';
import { everyItem, inGroups } from './paging.ts';
import { MlflowRefusal, type MlflowServer } from './server.ts';

const TRACES_A_PAGE = 100;
const TRACES = '/api/3.0/mlflow/traces';

/** Info of a trace in the form of the other server, because it is passed on unchanged. */
const TraceInfo = z.looseObject({ trace_id: z.string(), tags: z.record(z.string(), z.string()).default({}) });
type TraceInfo = z.infer<typeof TraceInfo>;
const TracesPage = z.object({ traces: z.array(TraceInfo).default([]), next_page_token: z.string().default('') });
const OneTrace = z.object({
  trace: z.looseObject({ trace_info: TraceInfo, spans: z.array(z.unknown()).default([]) }),
});

/**
 * Imports the traces of an experiment with spans and assessments through the API of clients, which preserves their ids.
 * Servers before MLflow 3 do not offer traces in this form.
 */
export async function importTraces(pass: ImportPass, experiment: TakenExperiment): Promise<void> {
  const { from, to, report, options } = pass;
  for await (const group of inGroups(listTraces(from, experiment.idThere), TRACES_A_PAGE)) {
    const ids = group.map((info) => info.trace_id);
    const { known } = await to.call(listImported, { body: { source: from.url, kind: 'trace', ids } });
    for (const info of group) {
      const { trace_id: id } = info;
      const fingerprint = computeFingerprint(info);
      if (known[id] === fingerprint && !options.verify) {
        report.traces.unchanged += 1;
        continue;
      }
      pass.progress.show(`${experiment.name}: ${report.traces.imported + 1} traces`, null);
      await orLeft(pass, `trace ${id}`, async () => {
        await importOne(pass, experiment, id);
        await to.call(recordImported, { body: { source: from.url, kind: 'trace', id, fingerprint } });
        report.traces.imported += 1;
      });
    }
  }
}

/** Spans first: the info of the trace then replaces the values that were derived from them. */
async function importOne({ from, here }: ImportPass, { idHere }: TakenExperiment, id: string): Promise<void> {
  const text = await from.text(`${TRACES}/get`, { trace_id: id });
  const { trace } = OneTrace.parse(JSON.parse(text));
  if (trace.spans.length > 0) await here.send('/v1/traces', toOtlp(text), { 'x-mlflow-experiment-id': idHere });
  const location = { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: idHere } };
  const { 'mlflow.artifactLocation': _there, ...tags } = trace.trace_info.tags;
  const info = { ...trace.trace_info, tags, trace_location: location };
  const stored = await here.post(TRACES, { trace: { trace_info: info } }, OneTrace);
  if (trace.spans.length === 0) await importSpanFile(from, here, id, stored.trace.trace_info);
}

/** Older clients keep the spans as a file of the trace. */
async function importSpanFile(from: MlflowServer, here: MlflowServer, id: string, stored: TraceInfo): Promise<void> {
  const root = /^mlflow-artifacts:\/+(.*)$/.exec(stored.tags['mlflow.artifactLocation'] ?? '')?.[1];
  if (root === undefined) return;
  const file = await from
    .text('/ajax-api/2.0/mlflow/get-trace-artifact', { request_id: id })
    .catch((error: unknown) => {
      if (error instanceof MlflowRefusal && error.status === 404) return null;
      throw error;
    });
  if (file === null) return;
  const bytes = Buffer.from(file);
  await here.upload(`/api/2.0/mlflow-artifacts/artifacts/${root}/traces.json`, Readable.from([bytes]), bytes.length);
}

function listTraces(server: MlflowServer, experimentId: string): AsyncGenerator<TraceInfo> {
  return everyItem(async (token) => {
    const message = {
      locations: [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: experimentId } }],
      max_results: TRACES_A_PAGE,
      ...(token === '' ? {} : { page_token: token }),
    };
    try {
      const page = await server.post(`${TRACES}/search`, message, TracesPage);
      return { items: page.traces, next: page.next_page_token };
    } catch (error) {
      if (error instanceof MlflowRefusal && error.status === 404) return { items: [], next: '' };
      throw error;
    }
  });
}
