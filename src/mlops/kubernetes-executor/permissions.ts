import { z } from 'zod';
import { AppError } from '../../platform/errors/index.ts';
import type { Cluster } from './cluster.ts';

/** Permissions that the server needs in a namespace: examples/kubernetes/rbac.yaml grants these and no others. */
export const NEEDED = [
  { group: 'batch', resource: 'jobs', verbs: ['create', 'get', 'list', 'watch', 'patch', 'delete'] },
  { group: '', resource: 'pods', verbs: ['get', 'list', 'watch'] },
  { group: '', resource: 'pods/log', verbs: ['get'] },
  { group: '', resource: 'events', verbs: ['list'] },
  // Never read: a pod reads its own.
  { group: '', resource: 'secrets', verbs: ['create'] },
] as const;

/** In addition, for work on several nodes: a headless Service gives its pods names. */
export const NODES_NEEDED = [{ group: '', resource: 'services', verbs: ['create'] }] as const;

const Review = z.object({ status: z.object({ allowed: z.boolean() }) });

/** One right on a kind of thing, as a role names it. */
export interface Need {
  readonly group: string;
  readonly resource: string;
  readonly verbs: readonly string[];
}

/** Checks the server's permissions in the cluster. Errors: `executor_denied` (names the missing ones), `executor_unreachable`. */
export async function checkPermissions(
  cluster: Cluster,
  namespace: string,
  needed: readonly Need[] = NEEDED,
  forWhat = '',
): Promise<void> {
  const asked = needed.flatMap(({ group, resource, verbs }) => verbs.map((verb) => ({ group, resource, verb })));
  const answers = await Promise.all(
    asked.map(async ({ group, resource, verb }) => {
      const [name, subresource = ''] = resource.split('/');
      const resourceAttributes = { namespace, group, resource: name, subresource, verb };
      return (await mayI(cluster, resourceAttributes)) ? [] : [`${verb} ${resource}`];
    }),
  );
  const missing = answers.flat();
  if (missing.length === 0) return;
  throw new AppError(
    'executor_denied',
    `In the Kubernetes namespace "${namespace}" the server may not${forWhat}: ${missing.join(', ')}. Bind the role in examples/kubernetes/rbac.yaml.`,
    { namespace, missing },
  );
}

/** Whether the server may read nodes. Without it placement is not checked before work starts, and the node of work is unknown. */
export const maySeeNodes = (cluster: Cluster): Promise<boolean> =>
  mayI(cluster, { group: '', resource: 'nodes', verb: 'list' });

/** Whether the server may read the records of Kueue, which explain why work waits in a queue. */
export async function maySeeQueues(cluster: Cluster, namespace: string): Promise<boolean> {
  const attributes = { namespace, group: 'kueue.x-k8s.io', resource: 'workloads' };
  const answers = await Promise.all(['list', 'watch'].map((verb) => mayI(cluster, { ...attributes, verb })));
  return answers.every((isAllowed) => isAllowed);
}

async function mayI(cluster: Cluster, resourceAttributes: object): Promise<boolean> {
  const { body } = await cluster.call({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } },
  });
  return Review.parse(body).status.allowed;
}
