import { handle, type Route } from '../../../platform/http/index.ts';
import { receiveReadings } from './receive.ts';
import { listGpuSources, sendGpuReadings, syncGpuSources } from './schema.ts';
import { readSourcesWithState, type SourcesDeps, syncByHand } from './service.ts';

export function createGpuSourceRoutes(deps: SourcesDeps): Route[] {
  return [
    handle(listGpuSources, async () => ({ sources: await readSourcesWithState(deps) })),
    handle(syncGpuSources, ({ body }) => syncByHand(deps, body.source ?? null)),
    handle(sendGpuReadings, ({ params, body }) => receiveReadings(deps, params.source, body)),
  ];
}
