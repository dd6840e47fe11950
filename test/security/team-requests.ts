import { BILL_DAY, BILL_MONTH, type Company, type Owner, type Seeded, secretOf } from './team-owners.ts';

/** A request of a route about the things of an owner. */
export interface RouteRequest {
  readonly method: string;
  readonly url: string;
  readonly body?: object;
}

/** Parameters of an endpoint by the OpenAPI document. */
export interface Described {
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema?: { readonly enum?: readonly string[] };
  }[];
}

/** Endpoints of the OpenAPI document by method and path, such as `GET /api/v1/runs/:runId`. */
export async function readDescribed({ call }: Company): Promise<ReadonlyMap<string, Described>> {
  const { text } = await call('admin', 'GET', '/api/openapi.json');
  const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, Partial<Described>>> };
  return new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { parameters = [] }]) => [
        `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
        { parameters },
      ]),
    ),
  );
}

/** Routes of MLflow are the same under several prefixes. */
export const normalise = (url: string): string =>
  url
    .replace(/^\/(ajax-)?api\/(2|3)\.0\//, '/api/2.0/')
    .replace(/^\/ajax-get-artifact|^\/get-artifact/, '/get-artifact');

type Values = Readonly<Record<string, string>>;

/** Values of the names of parameters, in paths and in queries. */
function listValues(owner: Owner, seeded: Seeded): Values {
  const { experiment, run, trace, version, loggedModel, assessment } = seeded;
  return {
    ...seeded,
    ...{ experimentId: experiment, experimentIds: experiment, runId: run, run, traceId: trace, version },
    ...{ team: owner, model: `${owner}-model`, modelVersion: version, endpoint: `${owner}-endpoint` },
    ...{ pipeline: `${owner}-pipeline`, monitor: `${owner}-monitor`, budget: `${owner}-budget` },
    ...{ policy: `${owner}-policy`, project: `${owner}-project`, route: `${owner}-channel`, source: 'aws' },
    ...{
      period: BILL_MONTH,
      month: BILL_MONTH,
      from: BILL_MONTH,
      to: BILL_MONTH,
      node: `model_version:${owner}-model/1`,
    },
    ...{
      origin: 'builtIn',
      dimension: 'serviceName',
      level: 'team',
      key: owner,
      resource: 'machine',
      gpu: `${owner}-gpu`,
    },
    ...{ schedule: 'monthly', audience: 'platform', path: 'log.txt', step: 'train', dataset: 'nobody-units' },
    ...{
      modelId: loggedModel,
      assessmentId: assessment,
      window: '30m',
      column: 'x',
      alias: 'champion',
      start: BILL_DAY,
      name: `${owner}-model`,
      round: '1',
    },
  };
}

/** Other values for single routes, whose parameters of the same name mean another thing. */
const OTHER: Readonly<Record<string, (owner: Owner, seeded: Seeded) => Values>> = {
  'GET /api/v1/pipelines/:pipeline/runs/:run': (_, { pipelineRun }) => ({ run: pipelineRun }),
  'GET /api/v1/pipelines/:pipeline/runs/:run/log': (_, { pipelineRun }) => ({ run: pipelineRun }),
  'GET /api/v1/artifacts/image': () => ({ path: 'image.png' }),
  'GET /api/v1/prices/at': () => ({ resource: 'gpu:A10G' }),
  'GET /api/v1/run-groups': (owner) => ({ by: `params.${secretOf(owner)}.param` }),
  'GET /api/v1/predictions/retention': () => ({}),
  'GET /api/v1/metric-histories': (owner) => ({ key: `${secretOf(owner)}.metric` }),
  'GET /api/v1/mlflow-imports/artifacts': (_, { run }) => ({ kind: 'run', id: run }),
};

/** Requests of one route: with the required fields, then with all fields that name a thing of the owner. */
export function buildRequests(
  { method, url }: { readonly method: string; readonly url: string },
  described: Described | undefined,
  { owner, seeded }: { readonly owner: Owner; readonly seeded: Seeded },
): RouteRequest[] {
  const values = { ...listValues(owner, seeded), ...OTHER[`${method} ${url}`]?.(owner, seeded) };
  const at = fillPath(url, values);
  if (described === undefined) return listWireRequests({ method, at }, { owner, seeded });
  const inQuery = described.parameters.filter((one) => one.in === 'query');
  const read = (wanted: typeof inQuery) => {
    const found = wanted.flatMap(({ name, schema }) => {
      const value = values[name] ?? schema?.enum?.[0];
      return value === undefined ? [] : [[name, value] as [string, string]];
    });
    const query = new URLSearchParams(found).toString();
    return query === '' ? at : `${at}?${query}`;
  };
  const required = inQuery.filter(({ required: isRequired }) => isRequired === true);
  const naming = inQuery.filter(({ name, required: isRequired }) => isRequired === true || NAMING.has(name));
  const single = naming.filter((one) => !required.includes(one)).map((one) => read([...required, one]));
  const urls = new Set([read(required), ...single, read(naming)]);
  return [...urls].map((one) => ({ method, url: one, ...buildBody({ method, url }, { owner, seeded }) }));
}

/** Parameters that name a thing of somebody, or a window in which there is one. */
const NAMING: ReadonlySet<string> = new Set([
  ...['team', 'project', 'experiment', 'experimentId', 'experimentIds', 'run', 'runId', 'model', 'modelVersion'],
  ...[
    'version',
    'endpoint',
    'pipeline',
    'monitor',
    'policy',
    'budget',
    'origin',
    'period',
    'month',
    'level',
    'key',
    'route',
  ],
]);

function fillPath(url: string, values: Values): string {
  return url
    .replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(values[name] ?? 'x'))
    .replace('*', `${values.experimentId}/${values.run}/artifacts/log.txt`);
}

/** MLflow's own routes ignore parameters that they do not have. */
function listWireRequests(
  { method, at }: { readonly method: string; readonly at: string },
  { owner, seeded: { experiment, run, trace } }: { readonly owner: Owner; readonly seeded: Seeded },
): RouteRequest[] {
  const named = {
    ...{ experiment_id: experiment, run_id: run, run_uuid: run, name: `${owner}-model`, version: '1' },
    ...{ metric_key: `${secretOf(owner)}.metric`, experiment_name: `${owner}-experiment`, trace_id: trace },
  };
  if (method === 'GET') {
    const query = new URLSearchParams([
      ...Object.entries(named),
      ...[
        ['experiment_ids', experiment],
        ['run_ids', run],
        ['trace_ids', trace],
      ],
    ] as [string, string][]);
    const searches = ['', `?path=${experiment}/${run}/artifacts`, `?${query}&alias=newest&path=model.onnx`];
    return [...searches, ...['log.txt', 'model'].map((path) => `?${query}&path=${path}`)].map((search) => ({
      ...{ method, url: `${at}${search}` },
    }));
  }
  const lists = { experiment_ids: [experiment], run_ids: [run], trace_ids: [trace] };
  const locations = [{ mlflow_experiment: { experiment_id: experiment } }];
  return [
    { method, url: at, body: {} },
    { method, url: at, body: { ...named, ...lists } },
    { method, url: at, body: { ...lists, locations } },
    { method, url: at, body: { max_results: 100 } },
    { method, url: at, body: { ...lists, filter_string1: "status = 'OK'", filter_string2: "status = 'OK'" } },
  ];
}

function buildBody(
  { method, url }: { readonly method: string; readonly url: string },
  about: { readonly owner: Owner; readonly seeded: Seeded },
): { readonly body?: object } {
  if (method === 'GET') return {};
  return { body: BODIES[`${method} ${url}`]?.(about.owner, about.seeded) ?? {} };
}

/** Bodies of requests that read by POST. */
const BODIES: Readonly<Record<string, (owner: Owner, seeded: Seeded) => object>> = {};
