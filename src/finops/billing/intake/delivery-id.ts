import { createHash } from 'node:crypto';
import type { DeliveryRequest } from './delivery-request.ts';

type Identity = Pick<
  DeliveryRequest,
  'source' | 'exportName' | 'dataset' | 'scope' | 'period' | 'producerId' | 'dateFormat' | 'numberFormat'
>;

/**
 * The same files of the same source, export and producer yield the same delivery id, regardless of file names and
 * order. `d_` and 20 hex digits.
 */
export function computeDeliveryId(identity: Identity, sha256s: readonly string[]): string {
  const { source, exportName, dataset, scope, period, producerId, dateFormat, numberFormat } = identity;
  const written = dateFormat === null && numberFormat === null ? [] : [dateFormat ?? '', numberFormat ?? ''];
  const declared = [exportName, dataset ?? '', scope, period ?? '', producerId ?? '', ...written];
  const hash = createHash('sha256').update(source);
  // Without declared fields, source and content alone identify plain files.
  if (declared.join('\0') !== 'default\0\0default\0\0') hash.update(JSON.stringify(declared));
  for (const sha256 of sha256s.toSorted()) hash.update(sha256);
  return `d_${hash.digest('hex').slice(0, 20)}`;
}
