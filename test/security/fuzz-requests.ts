import fc from 'fast-check';
import type { InjectOptions } from 'fastify';
import { z } from 'zod';
import type { DeclaredRoute } from '../../src/platform/http/index.ts';

/** JSON schema, as far as the requests of our OpenAPI document use it. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
}

const Operation = z.looseObject({
  parameters: z.array(z.looseObject({ name: z.string(), in: z.string(), schema: z.unknown() })),
  requestBody: z.looseObject({ content: z.record(z.string(), z.looseObject({ schema: z.unknown() })) }).optional(),
});
export const Document = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), Operation)) });
export type Document = z.infer<typeof Document>;

/** Values that break parsers, stores and engines: wrong types, limits of numbers, hostile text. */
const JUNK: readonly unknown[] = [
  ...[null, true, false, -1, 0, 1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, 5e-324],
  ...['', ' ', '0', '-1', '9223372036854775807', '99999999999999999999', '1e999', 'NaN', '-Infinity', 'True', 'null'],
  ...['a\0b', '\ud800', '👩‍🔬'.repeat(50), 'x'.repeat(20_000), "'; drop table run; --", '" or ""="', '%', '_', '\\'],
  ...[
    '..',
    '../../etc/passwd',
    '%2e%2e%2f',
    '%252e%252e',
    '%00',
    '/',
    '//',
    'C:\\x',
    'file:///etc/passwd',
    'http://[',
    '#?&=',
  ],
  ...['2026-11-31T25:00:00Z', '9999-12-31T23:59:59Z', '0000-00-00', '2026-13', '2026-02-30', '+275760-09-13T00:00:00Z'],
  ...[
    'metrics.a > 1',
    "tags.`a` LIKE '%'",
    'metrics.',
    "params.a = '",
    'a AND',
    'name IN ()',
    'start_time > -1e400',
    'key ASC ASC',
  ],
  ...['__proto__', 'constructor', 'toString', 'eyJhIjoxfQ', 'bnVsbA', '[]', '{}', '"{"'],
  ...[[], {}, [null], [[]], [{}], { a: { b: [] } }, { __proto__: null }, Array.from({ length: 300 }, () => 'x')],
];

const junk = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...JUNK) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);
const instant = fc
  .date({ noInvalidDate: true, min: new Date('1970-01-01'), max: new Date('2100-01-01') })
  .map((date) => date.toISOString());

/** Ids that exist, so that requests get beyond "no such run". */
export type Known = Readonly<Record<string, readonly unknown[]>>;

function fieldValue(schema: Schema, name: string, known: Known): fc.Arbitrary<unknown> {
  const real = known[name] === undefined ? [] : [{ weight: 5, arbitrary: fc.constantFrom(...known[name]) }];
  return fc.oneof(...real, { weight: 5, arbitrary: fitting(schema, known) }, { weight: 2, arbitrary: junk });
}

function fitting(schema: Schema, known: Known): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined) return fc.oneof(...options.map((option) => fitting(option, known)));
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'object') return messageOf(schema.properties ?? {}, known);
  if (type === 'array') return fc.array(fieldValue(schema.items ?? {}, '', known), { maxLength: 3 });
  if (type === 'integer') return fc.integer({ min: -1, max: 2000 });
  if (type === 'number') return fc.double({ noNaN: true });
  if (type === 'boolean') return fc.boolean();
  if (type === 'null') return fc.constant(null);
  return fc.oneof(fc.constantFrom('a', 'x-1', 'EUR', '1.5', 'month', 'team'), instant, junk);
}

/** An object with some of its fields, and now and then one that it does not have. */
function messageOf(fields: Readonly<Record<string, Schema>>, known: Known): fc.Arbitrary<Record<string, unknown>> {
  const parts = Object.entries(fields).map(([name, schema]): [string, fc.Arbitrary<unknown>] => [
    name,
    fieldValue(schema, name, known),
  ]);
  return fc.record(Object.fromEntries(parts), { requiredKeys: [] });
}

/** Field names of MLflow's messages, by their location. */
const MESSAGE_FIELDS = [
  ...[
    'run_id',
    'run_uuid',
    'run_ids',
    'experiment_id',
    'experiment_ids',
    'experiment_name',
    'model_id',
    'name',
    'version',
  ],
  ...[
    'new_name',
    'alias',
    'stage',
    'source',
    'key',
    'value',
    'tags',
    'params',
    'metrics',
    'models',
    'datasets',
    'filter',
  ],
  ...[
    'order_by',
    'max_results',
    'page_token',
    'view_type',
    'run_view_type',
    'status',
    'start_time',
    'end_time',
    'timestamp',
  ],
  ...[
    'step',
    'start_step',
    'end_step',
    'metric_key',
    'path',
    'artifact_location',
    'model_json',
    'archive_existing_versions',
  ],
  ...[
    'locations',
    'trace',
    'trace_id',
    'trace_ids',
    'request_ids',
    'max_traces',
    'max_timestamp_millis',
    'stages',
    'url',
    'events',
  ],
  ...[
    'assessment',
    'update_mask',
    'artifact_file_path',
    'part_number',
    'upload_id',
    'num_parts',
    'parts',
    'secret',
    'run_name',
  ],
];
const LISTED = new Set(['tags', 'params', 'metrics', 'models', 'datasets', 'parts']);

function mlflowMessage(known: Known): fc.Arbitrary<Record<string, unknown>> {
  const scalar = (name: string): fc.Arbitrary<unknown> => fieldValue({}, name, known);
  const entry = fc.record(
    Object.fromEntries(
      ['key', 'value', 'timestamp', 'step', 'model_id', 'dataset', 'etag'].map((name) => [name, scalar(name)]),
    ),
    { requiredKeys: [] },
  );
  const fields = MESSAGE_FIELDS.map((name): [string, fc.Arbitrary<unknown>] => [
    name,
    LISTED.has(name) ? fc.oneof(fc.array(entry, { maxLength: 3 }), junk) : scalar(name),
  ]);
  return fc.subarray(fields, { minLength: 0, maxLength: 12 }).chain((chosen) => fc.record(Object.fromEntries(chosen)));
}

function queryText(message: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(message).flatMap(([name, value]) =>
    [value]
      .flat()
      .map((item) => `${encoded(name)}=${encoded(typeof item === 'object' ? JSON.stringify(item) : String(item))}`),
  );
  return pairs.join('&').slice(0, 8000);
}

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

const contentType = fc.oneof(
  { weight: 8, arbitrary: fc.constant('application/json') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      'text/plain',
      'application/octet-stream',
      'application/x-protobuf',
      'multipart/form-data',
      'x',
      ';',
    ),
  },
);

const segment = (name: string, known: Known): fc.Arbitrary<string> =>
  fc.oneof(
    ...(known[name] === undefined ? [] : [{ weight: 5, arbitrary: fc.constantFrom(...known[name].map(String)) }]),
    {
      weight: 2,
      arbitrary: fc
        .constantFrom(...JUNK.filter((value) => typeof value === 'string' && value.length < 500))
        .map(String),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }) },
  );

/** The URL of a route with a value for each parameter; sometimes an invalid percent-encoding. */
function addressOf(url: string, known: Known): fc.Arbitrary<string> {
  const parts = url.split('/').map((part) => {
    if (part === '*') return segment('path', known).map((text) => text.split('/').map(encoded).join('/'));
    if (part.startsWith(':'))
      return fc.oneof({ weight: 20, arbitrary: segment(part.slice(1), known).map(encoded) }, fc.constant('%zz'));
    return fc.constant(part);
  });
  return fc.tuple(...parts).map((texts) => texts.join('/'));
}

/** A request of a route: most nearly right, some raw bytes. */
export function requestOf(route: DeclaredRoute, document: Document, known: Known): fc.Arbitrary<InjectOptions> {
  const { method, url } = route;
  const operation = document.paths[url.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
  const schema = operation?.requestBody?.content['application/json']?.schema as Schema | undefined;
  const query = operation === undefined ? mlflowMessage(known) : messageOf(queryFields(operation), known);
  const message =
    schema === undefined ? mlflowMessage(known) : fc.oneof({ weight: 9, arbitrary: fitting(schema, known) }, junk);
  const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
  const text = message.map((value) => JSON.stringify(value) ?? '');
  const payload = fc.oneof(
    { weight: 8, arbitrary: text },
    { weight: 1, arbitrary: bytes },
    { weight: 1, arbitrary: text.map((whole) => whole.slice(0, Math.floor(whole.length / 2))) },
  );
  const headers = fc.record({ 'content-type': contentType }).map((some) => ({ host: 'localhost', ...some }));
  return fc.record({ path: addressOf(url, known), query, payload, headers }).map((drawn) => {
    const asked = { method: method as 'GET', url: `${drawn.path}?${queryText(drawn.query)}`, headers: drawn.headers };
    return method === 'GET' || method === 'HEAD' ? asked : { ...asked, payload: drawn.payload };
  });
}

function queryFields(operation: z.infer<typeof Operation>): Record<string, Schema> {
  const fields = operation.parameters.filter((parameter) => parameter.in === 'query');
  return Object.fromEntries(fields.map(({ name, schema }) => [name, schema as Schema]));
}
