import { handle, type Route } from '../../platform/http/index.ts';
import type { Uploads } from '../../platform/uploads/index.ts';
import { compareDrift, listDriftProfiles, makeDriftProfile, removeDriftProfile, sendDriftFile } from './schema.ts';
import type { DriftService } from './service.ts';

export function driftRoutes(service: DriftService, uploads: Uploads): Route[] {
  return [
    handle(sendDriftFile, ({ query, stream }) => uploads.receive(query.name, stream)),
    handle(compareDrift, ({ body }) => service.compare(body)),
    handle(makeDriftProfile, ({ body }) => service.makeProfile(body.name, body.file)),
    handle(listDriftProfiles, async () => ({ profiles: await service.profiles() })),
    handle(removeDriftProfile, async ({ params }) => {
      await service.removeProfile(params.name);
      return { removed: params.name };
    }),
  ];
}
