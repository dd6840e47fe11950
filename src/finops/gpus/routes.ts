import { handle, type Route } from '../../platform/http/index.ts';
import { getGpuIdle, importGpuPool, importGpuSamples, listGpuImports, packGpus } from './schema.ts';
import type { GpuService } from './service.ts';

export function gpuRoutes(service: GpuService): Route[] {
  return [
    handle(importGpuSamples, ({ body }) => service.importSamples(body)),
    handle(importGpuPool, ({ body }) => service.importPool(body)),
    handle(listGpuImports, async () => ({ imports: await service.imports() })),
    handle(getGpuIdle, ({ query }) => service.idle(query)),
    handle(packGpus, ({ body }) => service.pack(body)),
  ];
}
