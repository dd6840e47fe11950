import { AppError } from '../../../platform/errors/index.ts';
import type { DeliveryRequest } from './delivery-request.ts';
import type { StagedBillFile } from './staging.ts';

/**
 * Refuses files whose row count, including rejected rows, differs from the count in the manifest. Errors:
 * `bill_manifest_broken`.
 */
export function refuseMiscounted(
  { expectedRows }: Pick<DeliveryRequest, 'expectedRows'>,
  staged: readonly Pick<StagedBillFile, 'acceptedRows' | 'rejectedRows'>[],
): void {
  if (expectedRows === undefined || expectedRows === null) return;
  const rows = staged.reduce((sum, file) => sum + file.acceptedRows + file.rejectedRows, 0);
  if (rows === expectedRows) return;
  const detail = `The manifest promises ${expectedRows} rows and the files hold ${rows}, so nothing was stored. Deliver it again.`;
  throw new AppError('bill_manifest_broken', detail, { expectedRows, rows });
}
