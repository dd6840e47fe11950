import { AppError } from '../../../platform/errors/index.ts';
import type { WorkloadKind } from '../../compute/index.ts';
import type { Cluster } from '../cluster.ts';
import { checkPermissions, type Need } from '../permissions.ts';

const KEPT = ['create', 'get', 'list', 'watch', 'patch', 'delete'] as const;

/** Permissions that the server needs in a namespace to serve models: examples/kubernetes/rbac.yaml grants these and no others. */
const NEEDED: readonly Need[] = [
  { group: 'apps', resource: 'deployments', verbs: KEPT },
  { group: '', resource: 'pods', verbs: ['get', 'list', 'watch', 'patch', 'delete'] },
  { group: '', resource: 'services', verbs: ['create'] },
  // Never read: a pod reads its own.
  { group: '', resource: 'secrets', verbs: ['create'] },
];
/** For requests to pods through the API server. */
const THROUGH_PROXY: readonly Need[] = [{ group: '', resource: 'pods/proxy', verbs: ['get', 'create'] }];
const OF_KSERVE: readonly Need[] = [{ group: 'serving.kserve.io', resource: 'inferenceservices', verbs: KEPT }];

interface PermissionRequest {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly isProxied: boolean;
}

/** Errors: `executor_denied` (names the missing permissions), `executor_cannot` (KServe is not installed), `executor_unreachable`. */
export async function checkRights(
  { cluster, namespace, isProxied }: PermissionRequest,
  kind: WorkloadKind,
): Promise<void> {
  if (kind === 'inferenceService' && !(await hasKserve(cluster))) {
    const detail =
      'The cluster does not have KServe (serving.kserve.io/v1beta1): install it, or omit kubernetes.kserve to create a Deployment.';
    throw new AppError('executor_cannot', detail);
  }
  const needed = [...NEEDED, ...(isProxied ? THROUGH_PROXY : []), ...(kind === 'inferenceService' ? OF_KSERVE : [])];
  await checkPermissions(cluster, namespace, needed, ' serve models in it');
}

/** Whether the cluster has the kind InferenceService. */
export async function hasKserve(cluster: Cluster): Promise<boolean> {
  return (await cluster.call({ method: 'GET', path: '/apis/serving.kserve.io/v1beta1' })).status !== 404;
}
