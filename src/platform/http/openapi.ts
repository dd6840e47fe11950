import { z } from 'zod';
import { type Endpoint, Problem } from '../contract/schema.ts';
import { errorTable } from '../errors/index.ts';

type Json = Record<string, unknown>;

/** OpenAPI 3.1 document of the endpoints, derived from the same values that serve them. */
export function openApiDocument(endpoints: readonly Endpoint[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const target of endpoints) {
    const path = target.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [target.method.toLowerCase()]: operationOf(target) };
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
      schemas: { Problem: jsonSchema(Problem, 'output') },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A token of an account: sy_…' },
        password: { type: 'http', scheme: 'basic', description: 'Name of an account with its password or a token' },
      },
    },
  };
}

function operationOf(target: Endpoint): Json {
  const operation: Json = {
    summary: target.summary,
    operationId: operationId(target),
    tags: [target.path.split('/')[3] ?? 'platform'],
    'x-scope': target.scope,
    ...(target.scope === 'open' ? { security: [] } : {}),
    parameters: [...parametersOf(target.params, 'path'), ...parametersOf(target.query, 'query')],
    responses: responsesOf(target),
  };
  if (target.accepts === 'bytes') {
    operation.requestBody = { required: true, content: { 'application/octet-stream': { schema: { type: 'string' } } } };
  } else if (!(target.body instanceof z.ZodUndefined)) {
    operation.requestBody = {
      required: true,
      content: { 'application/json': { schema: jsonSchema(target.body, 'input') } },
    };
  }
  return operation;
}

function operationId(target: Endpoint): string {
  return `${target.method.toLowerCase()}${target.path.replaceAll(/[/:.-]+(\w)/g, (_, letter: string) => letter.toUpperCase())}`;
}

function parametersOf(fields: z.ZodObject, place: 'path' | 'query'): Json[] {
  return Object.entries(fields.shape).map(([name, field]) => {
    const { description = '', ...schema } = jsonSchema(field, 'input');
    const required = place === 'path' || !field.safeParse(undefined).success;
    return { name, in: place, required, description, schema };
  });
}

function responsesOf(target: Endpoint): Json {
  const media =
    target.answers === 'csv'
      ? 'text/csv'
      : target.answers === 'bytes'
        ? 'application/octet-stream'
        : 'application/json';
  const responses: Json = {
    200: { description: 'OK', content: { [media]: { schema: jsonSchema(target.response, 'output') } } },
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

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    target: 'draft-2020-12',
  });
  return rest;
}
