import { createHash } from 'node:crypto';
import type { DeliveryRequest } from './delivery-request.ts';

type Identity = Pick<
  DeliveryRequest,
  'source' | 'exportName' | 'dataset' | 'scope' | 'period' | 'producerId' | 'dateFormat' | 'numberFormat'
>;

/**
 * The same files of the same source, export and producer are the same delivery, whatever they are called and in whatever
 * order. `d_` and 20 hex digits.
 */
export function deliveryId(identity: Identity, sha256s: readonly string[]): string {
  const { source, exportName, dataset, scope, period, producerId, dateFormat, numberFormat } = identity;
  const written = dateFormat === null && numberFormat === null ? [] : [dateFormat ?? '', numberFormat ?? ''];
  const declared = [exportName, dataset ?? '', scope, period ?? '', producerId ?? '', ...written];
  const hash = createHash('sha256').update(source);
  // Plain files are known by source and content alone.
  if (declared.join('\0') !== 'default\0\0default\0\0') hash.update(JSON.stringify(declared));
  for (const sha256 of sha256s.toSorted()) hash.update(sha256);
  return `d_${hash.digest('hex').slice(0, 20)}`;
}
