import { isAdministrator } from '../auth/index.ts';
import { handle, isAllowed, type Route } from '../http/index.ts';
import type { Store } from '../store/index.ts';
import { applyManifests } from './apply.ts';
import type { ManifestKinds } from './manifest-kind.ts';
import { postApply } from './schema.ts';

export function createManifestRoutes(store: Store, kinds: ManifestKinds): Route[] {
  return [
    handle(postApply, ({ body, identity, audited }) =>
      applyManifests(store, kinds, body.documents, {
        dryRun: body.dryRun,
        asAdmin: isAdministrator(identity),
        mayRunCode: isAllowed(identity, 'mlops.run_code'),
        tell: audited,
      }),
    ),
  ];
}
