import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { NOBODY, type WriteRecord } from './access.ts';

const LONGEST_ID = 250;
const MOST_IDS = 20;

/** The write record of a request for the audit trail; null for a request that writes nothing or was not authenticated. */
export function toWriteRecord(request: FastifyRequest, status: number): WriteRecord | null {
  const { url: route, config } = request.routeOptions;
  const { scope, audit } = config ?? {};
  if (route === undefined || scope === undefined || scope === 'open' || scope.endsWith('.read')) return null;
  if (request.method === 'GET' || request.method === 'HEAD') return null;
  if (request.identity === NOBODY) return null;
  const counted = audit === 'counted';
  return {
    actor: request.identity,
    method: request.method,
    route,
    scope,
    subject: request.subject ?? collectRequestIds(request, audit === 'bare'),
    bodyDigest: counted || audit === 'bare' ? null : digestBody(request.body),
    status,
    requestId: request.id,
    counted: counted && status < 400,
  };
}

function collectRequestIds(request: FastifyRequest, secretBody: boolean): Record<string, string> {
  const { body, query, params } = request;
  return pickNamedIds({ ...(secretBody || !isMessage(body) ? {} : body), ...Object(query), ...Object(params) });
}

/** A JSON object; not a stream and not bytes. */
function isMessage(body: unknown): body is Record<string, unknown> {
  return typeof body === 'object' && body !== null && Object.getPrototypeOf(body) === Object.prototype;
}

/** The short texts among the values: ids and names. */
export function pickNamedIds(values: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts = Object.entries(values)
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    .slice(0, MOST_IDS);
  return Object.fromEntries(texts.map(([name, text]) => [name.slice(0, LONGEST_ID), text.slice(0, LONGEST_ID)]));
}

function digestBody(body: unknown): string | null {
  const content = isMessage(body) || Array.isArray(body) ? JSON.stringify(body) : body;
  if (typeof content !== 'string' && !Buffer.isBuffer(content)) return null;
  return createHash('sha256').update(content).digest('hex');
}
