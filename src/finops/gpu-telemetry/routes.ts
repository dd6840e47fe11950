import { handle, type Route } from '../../platform/http/index.ts';
import { importGpuHolders, importGpuPool, importGpuSamples, listGpuImports } from './schema.ts';
import type { GpuTelemetryService } from './service.ts';

export function gpuImportRoutes(service: GpuTelemetryService): Route[] {
  return [
    handle(importGpuSamples, ({ body }) => service.importSamples(body)),
    handle(importGpuPool, ({ body }) => service.importPool(body)),
    handle(listGpuImports, async () => ({ imports: await service.imports() })),
    handle(importGpuHolders, ({ body }) => service.importHolders(body)),
  ];
}
