import type { InjectOptions } from 'fastify';
import type { DeclaredRoute } from '../../src/platform/http/index.ts';
import type { Document, Known } from './fuzz-requests.ts';

interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

const WIDE = 20_000;
const DEEP = 60;

const nested = (levels: number): unknown => {
  let value: unknown = 'x';
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};

/** List fields of MLflow's messages, each with a valid element. */
const LISTS: Readonly<Record<string, (index: number) => unknown>> = {
  experiment_ids: String,
  run_ids: (index) => index.toString(16).padStart(32, '0'),
  request_ids: (index) => `tr-${index}`,
  trace_ids: (index) => `tr-${index}`,
  order_by: (index) => `metrics.m${index}`,
  metrics: (index) => ({ key: `m${index}`, value: 1, timestamp: 1, step: 1 }),
  params: (index) => ({ key: `p${index}`, value: '1' }),
  tags: (index) => ({ key: `t${index}`, value: '1' }),
  models: (index) => ({ model_id: `m-${index}` }),
  datasets: (index) => ({ dataset_name: `d${index}` }),
  locations: (index) => ({ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: String(index) } }),
  events: (index) => ({ entity: 'MODEL_VERSION', action: String(index) }),
  names: (index) => `m${index}`,
};

const FILTERS: readonly string[] = [
  Array(10_000).fill("tags.a = 'b'").join(' AND '),
  `run_id IN (${Array(50_000).fill("'a'").join()})`,
  `name IN (${Array(50_000).fill("'a'").join()})`,
  Array(99).fill("tags.a = 'b'").join(' AND '),
  '('.repeat(100_000),
];

/** Which of the extremes a route gets when it does not get all: a few, by its place in the list of routes. */
const SHARE = process.env.FUZZ_EXTREMES === 'all' ? 1 : 5;

function some<Item>(items: readonly Item[], place: number, all = false): Item[] {
  return items.filter((_, index) => all || index % SHARE === place % SHARE);
}

const HUGE_BODIES: readonly string[] = [
  '['.repeat(100_000),
  '{"a":'.repeat(50_000),
  `[${'{},'.repeat(300_000)}{}]`,
  `"${'x'.repeat(1_000_000)}"`,
  `"${'\\"'.repeat(500_000)}"`,
];

/** Requests at the limits of a route: deep, wide, large. `place` is the index of the route among all routes. */
export function extremeRequests(
  route: DeclaredRoute,
  { document, known, place }: { readonly document: Document; readonly known: Known; readonly place: number },
): InjectOptions[] {
  const url = route.url
    .split('/')
    .map((part) => (part.startsWith(':') ? String(known[part.slice(1)]?.[0] ?? 'x') : part === '*' ? 'x' : part))
    .join('/');
  if (route.method === 'GET' || route.method === 'HEAD') {
    return some(wideQueries(url), place).map((asked) => ({ url: asked, headers: { host: 'localhost' } }));
  }
  const headers = { host: 'localhost', 'content-type': 'application/json', 'x-mlflow-experiment-id': '0' };
  const operation = document.paths[route.url.replaceAll(/:(\w+)/g, '{$1}')]?.[route.method.toLowerCase()];
  const schema = operation?.requestBody?.content['application/json']?.schema as Schema | undefined;
  const messages = schema === undefined ? wireMessages(known) : ownMessages(schema);
  const bodies = [
    ...some(HUGE_BODIES, place),
    JSON.stringify(nested(DEEP)),
    ...some(messages, place, url.endsWith('/search')).map((message) => message()),
  ];
  return bodies.map((payload) => ({ method: route.method as 'POST', url, headers, payload }));
}

function wideQueries(url: string): string[] {
  const repeated = (name: string, value: string) => `${url}?${Array(400).fill(`${name}=${value}`).join('&')}`;
  return [
    ...['run_ids', 'run_id', 'experimentIds', 'filter', 'by', 'orderBy', 'columns', 'name'].map((name) =>
      repeated(name, 'a'),
    ),
    `${url}?filter=${encodeURIComponent(Array(600).fill("tags.a = 'b'").join(' AND ')).slice(0, 12_000)}`,
    `${url}?${'a[b]'.repeat(2000)}=1`,
  ];
}

/** Made when they are sent: together they are hundreds of megabytes. */
function wireMessages(known: Known): (() => string)[] {
  const scalars = Object.fromEntries(
    ['run_id', 'experiment_id', 'model_id', 'name', 'version', 'key'].map((name) => [name, known[name]?.[0]]),
  );
  const message = (field: object) => () => JSON.stringify({ ...scalars, ...field });
  const deep = ['filter', 'tags', 'value', 'assessment', 'trace', 'source', 'model_json'];
  return [
    ...Object.entries(LISTS).map(
      ([name, element]) =>
        () =>
          message({ [name]: listOf(name === 'order_by' ? 1000 : WIDE, element) })(),
    ),
    ...FILTERS.map((filter) => message({ filter, experiment_ids: ['0'] })),
    ...deep.map((name) => message({ [name]: nested(DEEP) })),
    message({ model_json: '['.repeat(300_000) }),
  ];
}

function ownMessages({ properties = {} }: Schema): (() => string)[] {
  return Object.keys(properties).flatMap((name) => [
    () => JSON.stringify({ [name]: nested(DEEP) }),
    () => JSON.stringify({ [name]: listOf(WIDE, String) }),
  ]);
}

const listOf = (length: number, element: (index: number) => unknown) =>
  Array.from({ length }, (_, index) => element(index));
