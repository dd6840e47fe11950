import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FastifyReply } from 'fastify';
import type { Plugin } from '../http/index.ts';

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

const ONE_YEAR = 'public, max-age=31536000, immutable';

/**
 * Serves the built web app: its files by name, `index.html` for every page address. Only files that were there at start
 * are served, so no address can name anything else. Without a build the root says how to make one.
 */
export function webPlugin(bundle: string): Plugin {
  return async (app) => {
    const files = await filesUnder(bundle);
    const send = (reply: FastifyReply, file: string) =>
      reply
        .type(MIME_TYPES[extname(file)] ?? 'application/octet-stream')
        .header('cache-control', file.startsWith('assets/') ? ONE_YEAR : 'no-cache')
        .send(createReadStream(join(bundle, file)));
    for (const file of files) {
      app.get(`/${file}`, { config: { scope: 'open' } }, (_request, reply) => send(reply, file));
    }
    for (const page of ['/', ...PAGES]) {
      app.get(page, { config: { scope: 'open' } }, (_request, reply) =>
        files.includes('index.html')
          ? send(reply, 'index.html')
          : reply.type('text/plain; charset=utf-8').send(NOT_BUILT),
      );
    }
  };
}

/** First segments of the pages' addresses; anything else stays a 404. */
const PAGES = [
  'account',
  'costs',
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
  'pipelines',
  'endpoints',
  'monitoring',
  'retraining',
  'recommendations',
  'lineage',
  'decisions',
].flatMap((page) => [`/${page}`, `/${page}/*`]);

const NOT_BUILT = 'Steelyard is running. The web app is not built yet: run "npm run build:web", then reload.\n';

async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  const kinds = await Promise.all(entries.map(async (entry) => ({ entry, facts: await stat(join(folder, entry)) })));
  return kinds.filter(({ facts }) => facts.isFile()).map(({ entry }) => entry);
}
