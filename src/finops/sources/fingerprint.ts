import { createHash } from 'node:crypto';
import type { DeliveryPlan } from './layouts/delivery-plan.ts';
import type { BillSourceSpec } from './schema.ts';

/** Identity of a delivery: its unit, the producer's id and the content of its manifest. Hex SHA-256. */
export function computeFingerprint(plan: DeliveryPlan): string {
  const { exportName, dataset, scope, period, producerId, contentHash } = plan;
  return hashJson([exportName, dataset, scope, period, producerId, contentHash]);
}

/**
 * Other inputs of an import attempt: the current files and the rejected rows that the configuration allows. Hex
 * SHA-256.
 */
export function computeAttemptHash(plan: DeliveryPlan, spec: BillSourceSpec): string {
  return hashJson([plan.files.map(({ key, etag }) => [key, etag]), spec.allowRejected]);
}

function hashJson(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
