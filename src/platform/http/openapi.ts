import { z } from 'zod';
import { type Endpoint, Problem } from '../contract/schema.ts';
import { errorTable } from '../errors/index.ts';

type Json = Record<string, unknown>;

/** OpenAPI 3.1 document of the endpoints, derived from the same values that serve them. */
export function openApiDocument(endpoints: readonly Endpoint[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const target of endpoints) {
    const path = target.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [target.method.toLowerCase()]: describeOperation(target) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Steelyard',
      version,
      description: 'Compares the value of an AI workload with its cost.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    // The empty one is a server without accounts.
    security: [{ token: [] }, { password: [] }, {}],
    components: {
      schemas: { Problem: toJsonSchema(Problem, 'output') },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A token of an account: sy_…' },
        password: { type: 'http', scheme: 'basic', description: 'Name of an account with its password or a token' },
      },
    },
  };
}

function describeOperation(target: Endpoint): Json {
  const operation: Json = {
    summary: target.summary,
    operationId: buildOperationId(target),
    tags: [target.path.split('/')[3] ?? 'platform'],
    'x-scope': target.scope,
    ...(target.scope === 'open' ? { security: [] } : {}),
    parameters: [...describeParameters(target.params, 'path'), ...describeParameters(target.query, 'query')],
    responses: describeResponses(target),
  };
  if (target.accepts === 'bytes') {
    operation.requestBody = { required: true, content: { 'application/octet-stream': { schema: { type: 'string' } } } };
  } else if (!(target.body instanceof z.ZodUndefined)) {
    operation.requestBody = {
      required: true,
      content: { 'application/json': { schema: toJsonSchema(target.body, 'input') } },
    };
  }
  return operation;
}

function buildOperationId(target: Endpoint): string {
  return `${target.method.toLowerCase()}${target.path.replaceAll(/[/:.-]+(\w)/g, (_, letter: string) => letter.toUpperCase())}`;
}

function describeParameters(fields: z.ZodObject, place: 'path' | 'query'): Json[] {
  return Object.entries(fields.shape).map(([name, field]) => {
    const { description = '', ...schema } = toJsonSchema(field, 'input');
    const required = place === 'path' || !field.safeParse(undefined).success;
    return { name, in: place, required, description, schema };
  });
}

function describeResponses(target: Endpoint): Json {
  const media =
    target.answers === 'csv'
      ? 'text/csv'
      : target.answers === 'bytes'
        ? 'application/octet-stream'
        : 'application/json';
  const responses: Json = {
    200: { description: 'OK', content: { [media]: { schema: toJsonSchema(target.response, 'output') } } },
  };
  const byStatus = Map.groupBy(target.errors, (code) => errorTable[code].status);
  for (const [status, codes] of byStatus) {
    responses[status] = {
      description: codes.map((code) => `\`${code}\`: ${errorTable[code].title}`).join('; '),
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    };
  }
  return responses;
}

function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    target: 'draft-2020-12',
  });
  return rest;
}
