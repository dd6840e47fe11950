import type { Metering } from '../../finops/metering/index.ts';
import type { ServingUsage } from '../../mlops/serving/index.ts';
import type { Org } from '../../org/index.ts';
import type { Store } from '../../platform/store/index.ts';

/** Meters the time of replicas, for the team that their project has at that time. */
export function createServingUsage(store: Store, org: Org, metering: Metering): ServingUsage {
  return {
    record: (usage) =>
      store.transaction(async (sql) => {
        const intervals = usage.map(
          async ({ id, endpoint, model, version, resource, quantity, project, environment, ...span }) => ({
            usage: id,
            subject: await org.withTeam(sql, {
              endpoint,
              model,
              modelVersion: version,
              purpose: 'inference',
              ...(project === null ? {} : { project }),
              ...(environment === null ? {} : { environment }),
            }),
            resource,
            quantity,
            period: { start: new Date(span.start).toISOString(), end: new Date(span.end).toISOString() },
            predictions: span.predictions,
            origin: 'replicas of this server, by its clock',
          }),
        );
        await metering.record(sql, await Promise.all(intervals));
      }),
  };
}
