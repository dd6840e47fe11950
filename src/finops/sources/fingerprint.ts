import { createHash } from 'node:crypto';
import type { DeliveryPlan } from './layouts/delivery-plan.ts';
import type { BillSourceSpec } from './schema.ts';

/** What a delivery is made of: the unit it is of, the producer's id and the content of its manifest. Hex. */
export function fingerprintOf(plan: DeliveryPlan): string {
  const { exportName, dataset, scope, period, producerId, contentHash } = plan;
  return hashOf([exportName, dataset, scope, period, producerId, contentHash]);
}

/** What trying to import it depends on beside that: the files as they are now, and what the configuration allows. Hex. */
export function attemptHashOf(plan: DeliveryPlan, spec: BillSourceSpec): string {
  return hashOf([plan.files.map(({ key, etag }) => [key, etag]), spec.allowRejected]);
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
