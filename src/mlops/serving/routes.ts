import { handle, isWorkVisible, type Route } from '../../platform/http/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { Autoscaling } from './autoscaling/autoscaling.ts';
import { getEndpointScaling } from './autoscaling/schema.ts';
import { readScaling } from './autoscaling/show.ts';
import type { Deployments } from './deployments.ts';
import { abortEndpoint, getEndpointRollout, promoteEndpoint } from './rollouts/schema.ts';
import { abort, promote } from './rollouts/service.ts';
import { readRollout } from './rollouts/show.ts';
import { deleteEndpoint, getEndpoint, listEndpoints, rollBackEndpoint, setEndpointTraffic } from './schema.ts';
import { removeEndpoint, requireEndpoint, rollBack, type ServiceDeps, setTraffic } from './service.ts';
import { readEndpoint, readSummary, type ShowDeps } from './show.ts';
import { findEndpointOwner, findEndpoints } from './store.ts';

interface RouteDeps extends ServiceDeps, ShowDeps {
  readonly store: Store;
  readonly deployments: Pick<Deployments, 'find' | 'wake'>;
  readonly autoscaling: Pick<Autoscaling, 'of'>;
}

export function servingRoutes(deps: RouteDeps): Route[] {
  const { store, deployments, autoscaling } = deps;
  return [
    handle(listEndpoints, async ({ identity }) => {
      const endpoints = [];
      for (const one of await findEndpoints(store, null)) {
        const owner = identity.visible.work === 'all' ? null : await findEndpointOwner(store, one.name);
        if (owner === null || isWorkVisible(identity, owner)) endpoints.push(one);
      }
      return { endpoints: await Promise.all(endpoints.map((one) => readSummary(store, one))) };
    }),
    handle(getEndpoint, ({ params: { endpoint } }) => readEndpoint(deps, store, endpoint)),
    handle(deleteEndpoint, async ({ params: { endpoint } }) => {
      await store.transaction((sql) => removeEndpoint(deps, sql, endpoint));
      await deployments.wake();
      return { name: endpoint };
    }),
    handle(getEndpointScaling, async ({ params: { endpoint }, query }) => {
      await requireEndpoint(store, endpoint);
      return readScaling(autoscaling, store, endpoint, query);
    }),
    handle(getEndpointRollout, async ({ params: { endpoint } }) => {
      await requireEndpoint(store, endpoint);
      return { rollout: await readRollout(deployments, store, endpoint) };
    }),
    handle(promoteEndpoint, async ({ params: { endpoint }, actor }) => {
      await store.transaction(async (sql) => promote(sql, (await requireEndpoint(sql, endpoint)).name, actor));
      return { rollout: await readRollout(deployments, store, endpoint) };
    }),
    handle(abortEndpoint, async ({ params: { endpoint }, actor }) => {
      await store.transaction(async (sql) => abort(sql, (await requireEndpoint(sql, endpoint)).name, actor));
      return { rollout: await readRollout(deployments, store, endpoint) };
    }),
    handle(rollBackEndpoint, async ({ params: { endpoint }, body: { revision = null }, actor }) => {
      await store.transaction((sql) => rollBack(deps, sql, endpoint, revision, actor));
      void deployments.wake();
      return readEndpoint(deps, store, endpoint);
    }),
    handle(setEndpointTraffic, async ({ params: { endpoint }, body: { weights }, actor }) => {
      await store.transaction((sql) => setTraffic(deps, sql, endpoint, { weights, actor }));
      void deployments.wake();
      return readEndpoint(deps, store, endpoint);
    }),
  ];
}
