import { limitWork } from '../../platform/http/index.ts';
import type { Store } from '../../platform/store/index.ts';
import {
  buildDoesNotExist,
  type Fields,
  type MlflowCall,
  type MlflowRoute,
  readRoute,
  removeRoute,
  writeRoute,
} from '../wire/index.ts';
import { oldTraceInfoAnswer, toTraceJson, traceInfoAnswer } from './mlflow-answers.ts';
import { addContentCost, addCost, computeMlflowCosts } from './mlflow-cost.ts';
import { missingParameter, readLocations, readOldStatus, readPairs, readTrace } from './mlflow-messages.ts';
import { npmi } from './npmi.ts';
import type { Searches } from './searches.ts';
import { findSpanContents, type StoredContent } from './span-store.ts';
import type { TokenPricing } from './token-pricing.ts';
import { findTraces } from './trace-store.ts';
import type { Traces } from './traces.ts';
import { IN_TRACKING_STORE, metadataKeys, type TraceInfo, tagKeys } from './types.ts';

const DEFAULT_PAGE = 100;

export interface TraceRoutesDeps {
  readonly store: Store;
  readonly pricing: TokenPricing;
  readonly traces: Traces;
  readonly searches: Searches;
}

/** `traces/…` in MLflow's names, of MLflow 3 and of MLflow 2. */
export function traceRoutes(deps: TraceRoutesDeps): MlflowRoute[] {
  return [...writeRoutes(deps), ...readRoutes(deps), ...searchRoutes(deps)];
}

function writeRoutes({ traces }: TraceRoutesDeps): MlflowRoute[] {
  const setTag = async ({ fields, params }: MlflowCall) => {
    await traces.setTag(params.traceId ?? '', fields.requiredText('key'), fields.text('value') ?? '');
    return undefined;
  };
  const deleteTag = async ({ fields, params }: MlflowCall) => {
    await traces.deleteTag(params.traceId ?? '', fields.requiredText('key'));
    return undefined;
  };
  return [
    // The two ages of the protocol share this path; the messages have no field in common.
    writeRoute('POST', '/mlflow/traces', async ({ fields }) =>
      fields.has('experiment_id') ? startOld(traces, fields) : startNew(traces, fields),
    ),
    writeRoute('PATCH', '/mlflow/traces/:traceId', async ({ fields, params }) => ({
      trace_info: oldTraceInfoAnswer(
        await traces.endOld({
          traceId: params.traceId ?? '',
          endTime: fields.requiredInteger('timestamp_ms'),
          state: readOldStatus(fields),
          metadata: readPairs(fields, 'request_metadata'),
          tags: readPairs(fields, 'tags'),
        }),
      ),
    })),
    writeRoute('PATCH', '/mlflow/traces/:traceId/tags', setTag),
    writeRoute('DELETE', '/mlflow/traces/:traceId/tags', deleteTag),
    removeRoute('POST', '/mlflow/traces/delete-traces', async ({ fields }) => ({
      traces_deleted: await traces.delete({
        experimentId: fields.requiredText('experiment_id'),
        traceIds: fields.texts('request_ids'),
        maxTimestamp: fields.integer('max_timestamp_millis') ?? null,
        maxTraces: fields.integer('max_traces') ?? null,
      }),
    })),
    writeRoute('POST', '/mlflow/traces/link-to-run', async ({ fields }) => {
      await traces.linkToRun(readRequiredTexts(fields, 'trace_ids'), fields.requiredText('run_id'));
      return undefined;
    }),
    writeRoute('POST', '/mlflow/traces/link-prompts', async ({ fields }) => {
      const prompts = fields.messages('prompt_versions');
      if (prompts.length === 0) throw missingParameter('prompt_versions');
      await traces.linkPrompts(
        fields.requiredText('trace_id'),
        prompts.map((prompt) => ({ name: prompt.requiredText('name'), version: prompt.requiredText('version') })),
      );
      return undefined;
    }),
  ];
}

async function startNew(traces: Traces, fields: Fields): Promise<object> {
  return { trace: { trace_info: traceInfoAnswer(await traces.start(readTrace(fields))) } };
}

async function startOld(traces: Traces, fields: Fields): Promise<object> {
  const trace = await traces.startOld({
    experimentId: fields.requiredText('experiment_id'),
    requestTime: fields.requiredInteger('timestamp_ms'),
    executionDuration: null,
    state: 'IN_PROGRESS',
    clientRequestId: null,
    requestPreview: null,
    responsePreview: null,
    metadata: readPairs(fields, 'request_metadata'),
    tags: readPairs(fields, 'tags'),
    assessments: [],
  });
  return { trace_info: oldTraceInfoAnswer(trace) };
}

function readRequiredTexts(fields: Fields, name: string): string[] {
  const values = fields.texts(name);
  if (values.length === 0) throw missingParameter(name);
  return values;
}

function readRoutes(deps: TraceRoutesDeps): MlflowRoute[] {
  const { store, traces } = deps;
  return [
    readRoute(
      'GET',
      '/mlflow/traces/get',
      async ({ fields }) => {
        const trace = await traces.get(fields.requiredText('trace_id'));
        const spans = (await findSpanContents(store, [trace.traceId])).get(trace.traceId) ?? [];
        if (fields.flag('allow_partial') !== true && !isWhole(trace, spans.length))
          throw buildNotComplete(trace.traceId);
        return `{"trace":${await buildPricedJson(deps, [{ trace, spans }])}}`;
      },
      'object',
    ),
    readRoute(
      'GET',
      '/mlflow/traces/batchGet',
      async ({ fields }) => {
        const found = readExperimentIds(await findTraces(store, readRequiredTexts(fields, 'trace_ids')), fields);
        const stored = found.filter((trace) => trace.tags[tagKeys.spansLocation] === IN_TRACKING_STORE);
        const contents = await findSpanContents(
          store,
          stored.map(({ traceId }) => traceId),
        );
        const whole = stored
          .map((trace) => ({ trace, spans: contents.get(trace.traceId) ?? [] }))
          .filter(({ trace, spans }) => spans.length > 0 && isWhole(trace, spans.length));
        return `{"traces":[${await buildPricedJson(deps, whole)}]}`;
      },
      'object',
    ),
    readRoute(
      'GET',
      '/mlflow/traces/batchGetInfos',
      async ({ fields }) => ({
        trace_infos: await priceInfos(
          deps,
          readExperimentIds(await findTraces(store, readRequiredTexts(fields, 'trace_ids')), fields),
        ),
      }),
      'object',
    ),
    readRoute(
      'GET',
      '/mlflow/traces/:traceId',
      async ({ params }) => ({
        trace: { trace_info: (await priceInfos(deps, [await traces.get(params.traceId ?? '')]))[0] },
      }),
      'object',
    ),
    readRoute(
      'GET',
      '/mlflow/traces/:traceId/info',
      async ({ params }) => ({
        trace_info: oldTraceInfoAnswer(await traces.get(params.traceId ?? '')),
      }),
      'object',
    ),
  ];
}

/** Answers of MLflow 3 with the cost of the traces. */
async function priceInfos(deps: TraceRoutesDeps, traces: readonly TraceInfo[]): Promise<object[]> {
  const costs = await computeMlflowCosts(
    deps,
    traces.map(({ traceId }) => traceId),
  );
  return traces.map((trace) => traceInfoAnswer(addCost(trace, costs.get(trace.traceId))));
}

/** Whole traces as JSON, with their costs, separated by commas. */
async function buildPricedJson(
  deps: TraceRoutesDeps,
  whole: readonly { readonly trace: TraceInfo; readonly spans: readonly StoredContent[] }[],
): Promise<string> {
  const costs = await computeMlflowCosts(
    deps,
    whole.map(({ trace }) => trace.traceId),
  );
  const texts = whole.map(({ trace, spans }) => {
    const cost = costs.get(trace.traceId);
    return toTraceJson(
      addCost(trace, cost),
      spans.map((span) => addContentCost(span, cost)),
    );
  });
  return texts.join(',');
}

function readExperimentIds(traces: readonly TraceInfo[], fields: Fields): readonly TraceInfo[] {
  if (!fields.has('experiment_ids')) return traces;
  const ids = new Set(fields.texts('experiment_ids'));
  return traces.filter((trace) => ids.has(String(trace.experimentId)));
}

/** A client announces the number of spans; until all of them have arrived the trace is not shown as complete. */
function isWhole(trace: TraceInfo, spans: number): boolean {
  const stats = /"num_spans": ?(\d{1,9})/.exec(trace.metadata[metadataKeys.sizeStats] ?? '');
  return spans > 0 && spans >= Number(stats?.[1] ?? 0);
}

function buildNotComplete(traceId: string): Error {
  return buildDoesNotExist(`Trace with ID ${traceId} is not fully exported yet, please try again later.`);
}

function searchRoutes(deps: TraceRoutesDeps): MlflowRoute[] {
  const { searches } = deps;
  const searchOf = ({ fields, identity }: MlflowCall, experimentIds: readonly string[]) =>
    searches.search({
      ...{ experimentIds, owners: limitWork(identity) },
      filter: fields.text('filter') ?? '',
      orderBy: fields.texts('order_by'),
      maxResults: fields.integer('max_results') ?? DEFAULT_PAGE,
      pageToken: fields.text('page_token'),
    });
  return [
    readRoute(
      'POST',
      '/mlflow/traces/search',
      async (call) => {
        const { traces, nextPageToken } = await searchOf(call, readLocations(call.fields));
        return {
          traces: traces.length === 0 ? undefined : await priceInfos(deps, traces),
          next_page_token: nextPageToken ?? undefined,
        };
      },
      'team',
    ),
    readRoute(
      'GET',
      '/mlflow/traces',
      async (call) => {
        const { traces, nextPageToken } = await searchOf(call, readRequiredTexts(call.fields, 'experiment_ids'));
        return {
          traces: traces.length === 0 ? undefined : traces.map(oldTraceInfoAnswer),
          next_page_token: nextPageToken ?? undefined,
        };
      },
      'team',
    ),
    readRoute(
      'POST',
      '/mlflow/traces/calculate-filter-correlation',
      async ({ fields, identity }) => {
        const experimentIds = readRequiredTexts(fields, 'experiment_ids');
        const counts = await searches.correlation(
          { experimentIds, owners: limitWork(identity) },
          {
            first: fields.requiredText('filter_string1'),
            second: fields.requiredText('filter_string2'),
            base: fields.text('base_filter') ?? '',
          },
        );
        return {
          ...npmi(counts),
          filter1_count: counts.first,
          filter2_count: counts.second,
          joint_count: counts.joint,
          total_count: counts.total,
        };
      },
      'team',
    ),
  ];
}
