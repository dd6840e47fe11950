import type { Metering } from '../../finops/metering/index.ts';
import type { MeasuredServing } from '../../finops/purchasing/index.ts';
import { readServedMinutes } from '../../mlops/gateway/index.ts';
import type { Store } from '../../platform/store/index.ts';

/** Load and latency of replicas with the hardware of their metered usage: minutes with two kinds of hardware are left out. */
export function createMeasuredServing(store: Store, metering: Pick<Metering, 'within'>): MeasuredServing {
  return {
    async minutesOf(endpoint, within) {
      const minutes = await readServedMinutes(store, endpoint, within);
      if (minutes.length === 0) return [];
      const held = await metering.within(store, within, { endpoint, purpose: 'inference' });
      return minutes.flatMap(({ version, at, requestsPerSecond, p95Ms }) => {
        const then = held.filter(
          ({ usage }) => usage.subject.modelVersion === version && usage.start <= at && usage.end > at,
        );
        const types = new Set(
          then.map(({ usage }) => (usage.quantity === '1' ? usage.resource : `${usage.quantity} x ${usage.resource}`)),
        );
        const [type] = types;
        return type === undefined || types.size > 1 ? [] : [{ type, requestsPerSecond, latencyMs: p95Ms }];
      });
    },
  };
}
