import type { Plugin } from '../platform/http/index.ts';
import type { Telemetry } from '../platform/telemetry/index.ts';
import { readVersion } from './version.ts';

/** Health, metrics and version endpoints for monitoring. */
export function createSystemPlugin(telemetry: Telemetry): Plugin {
  return (app) => {
    app.get('/health', { config: { scope: 'open' } }, async (_request, reply) => reply.type('text/plain').send('OK'));
    app.get('/metrics', { config: { scope: 'platform.read' } }, async (_request, reply) => {
      const { contentType, text } = await telemetry.exposition();
      return reply.type(contentType).send(text);
    });
    app.get('/api/v1/version', { config: { scope: 'open' } }, async () => ({ version: readVersion() }));
  };
}
