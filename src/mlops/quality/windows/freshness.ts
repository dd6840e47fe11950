import { createHash } from 'node:crypto';
import type { MonitorSpec } from '../../monitors/schema.ts';
import type { Tables } from './scored-rows.ts';

/** Part of the digest of a monitor's text: a new number makes all stored windows stale, so that they are recomputed in the new format. */
const FORMAT = 3;

/** Names the predictions and labels that a reader would be given now; see `JournaledTable.state`. */
export async function readTablesState({
  predictions,
  labels,
}: Pick<Tables, 'predictions' | 'labels'>): Promise<string> {
  return `${await predictions.state()} / ${await labels.state()}`;
}

/** Digest of the part of a monitor's text that determines windows. Alerts, drift and money change no window. */
export function hashSpec({ model, labels, quality, estimate }: MonitorSpec): string {
  return createHash('sha256')
    .update(JSON.stringify([FORMAT, model, labels, quality, estimate]))
    .digest('hex');
}
