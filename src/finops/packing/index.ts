import { handle, type Route } from '../../platform/http/index.ts';
import type { Lake } from '../../platform/lake/index.ts';
import { type UploadFilesDeps, useUploadedFiles } from '../../platform/uploads/index.ts';
import { packGpus } from './schema.ts';
import { packFiles } from './service.ts';

export interface PackingDeps extends UploadFilesDeps {
  readonly lake: Pick<Lake, 'session'>;
}

/** Packing of pods on GPU nodes: how many nodes are enough. */
export interface Packing {
  readonly routes: readonly Route[];
}

export function createPacking(deps: PackingDeps): Packing {
  return {
    routes: [
      handle(packGpus, ({ body: { nodes, pods, plan } }) =>
        useUploadedFiles(deps, [nodes, pods], ([nodeFile, podFile]) =>
          packFiles(deps.lake, { nodes: nodeFile, pods: podFile }, plan),
        ),
      ),
    ],
  };
}
export {
  computeNodeLowerBound,
  type FewerNodes,
  type HostedPod,
  type HostNode,
  selectEmptiedNodes,
} from './fewer-nodes.ts';
export { WHOLE_GPU_MILLI } from './lower-bound.ts';
