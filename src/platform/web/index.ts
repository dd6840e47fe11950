import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ContentEncoding, type Plugin, pickEncoding } from '../http/index.ts';

const MIME_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
};

/** Endings of the copies that the build compresses, best first. */
const COMPRESSED: Readonly<Record<ContentEncoding, string>> = { br: '.br', gzip: '.gz' };
const ENCODINGS = ['br', 'gzip'] as const;

const ONE_YEAR = 'public, max-age=31536000, immutable';

export interface WebApp {
  readonly plugin: Plugin;
  /** Sends the app for an unknown address; the app shows the error. Undefined without a build. */
  readonly notFoundPage: ((request: FastifyRequest, reply: FastifyReply) => FastifyReply) | undefined;
}

/**
 * The built web app: its files by name, and `index.html` for every page URL. Only files that exist at start are
 * served, so no URL can name another file; for a file that the build compressed, the copy that the client accepts. A client
 * that has the current version gets 304.
 * Without a build the root explains how to make one.
 */
export async function openWebApp(bundle: string): Promise<WebApp> {
  const files = new Set(await listFilesUnder(bundle));
  const sendFile = async (request: FastifyRequest, reply: FastifyReply, file: string) => {
    const offered = ENCODINGS.filter((coding) => files.has(file + COMPRESSED[coding]));
    const coding = pickEncoding(request.headers['accept-encoding'], offered);
    // Loaded by the first page: commands without a server open the app, too.
    const { default: readForRequest } = await import('@fastify/send');
    const path = encodeURI(`/${coding === null ? file : file + COMPRESSED[coding]}`);
    const found = await readForRequest(request.raw, path, { root: bundle, cacheControl: false, acceptRanges: false });
    if (found.type !== 'file') return reply.callNotFound();
    if (offered.length > 0) reply.header('vary', 'Accept-Encoding');
    if (coding !== null) reply.header('content-encoding', coding);
    return reply
      .status(found.statusCode)
      .headers(found.headers)
      .type(MIME_TYPES[extname(file)] ?? 'application/octet-stream')
      .header('cache-control', file.startsWith('assets/') ? ONE_YEAR : 'no-cache')
      .send(found.stream);
  };
  /** Ignores the conditions of the request: a page with status 404 has no version to compare with. */
  const sendNotFound = (_request: FastifyRequest, reply: FastifyReply) =>
    reply
      .type(MIME_TYPES['.html'] ?? '')
      .header('cache-control', 'no-cache')
      .send(createReadStream(join(bundle, 'index.html')));
  const isBuilt = files.has('index.html');
  const plugin: Plugin = (app) => {
    for (const file of files) {
      if (isCompressedCopy(file)) continue;
      app.get(`/${file}`, { config: { scope: 'open' } }, (request, reply) => sendFile(request, reply, file));
    }
    for (const page of ['/', ...PAGES]) {
      app.get(page, { config: { scope: 'open' } }, (request, reply) =>
        isBuilt ? sendFile(request, reply, 'index.html') : reply.type('text/plain; charset=utf-8').send(NOT_BUILT),
      );
    }
  };
  return { plugin, notFoundPage: isBuilt ? sendNotFound : undefined };
}

/** First segments of the pages' addresses; anything else is a 404. */
const SEGMENTS = [
  'account',
  'costs',
  'first-use',
  'allocation',
  'anomalies',
  'deliveries',
  'statements',
  'budgets',
  'gpus',
  'forecasts',
  'experiments',
  'runs',
  'models',
  'trade-offs',
  'returns',
  'pipelines',
  'endpoints',
  'monitoring',
  'retraining',
  'recommendations',
  'optimizations',
  'lineage',
  'decisions',
  'reports',
  'notification-routes',
  'settings',
];
const PAGES = SEGMENTS.flatMap((page) => [`/${page}`, `/${page}/*`]);

/** True for the path of a page, whether or not it shows something. Example: `isPagePath('/costs')`. */
export function isPagePath(path: string): boolean {
  return path === '/' || SEGMENTS.includes(path.split('/')[1] ?? '');
}

const NOT_BUILT = 'Steelyard is running. The web app is not built yet: run "npm run build:web", then reload.\n';

function isCompressedCopy(file: string): boolean {
  return Object.values(COMPRESSED).some((ending) => file.endsWith(ending));
}

async function listFilesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  const kinds = await Promise.all(entries.map(async (entry) => ({ entry, facts: await stat(join(folder, entry)) })));
  return kinds.filter(({ facts }) => facts.isFile()).map(({ entry }) => entry);
}
