import { AppError } from '../../../platform/errors/index.ts';
import type { ImportResult } from '../schema.ts';
import type { DeliveryRequest } from './delivery-request.ts';
import type { StagedBillFile } from './staging.ts';

/** Refuses the rows of a delivery before they are compared with the ledger. Errors: `bill_rows_rejected`, `bill_manifest_broken`. */
export function checkRows(request: DeliveryRequest, staged: readonly StagedBillFile[]): void {
  refuseRejected(request, staged);
  refuseMiscounted(request, staged);
}

function refuseRejected(request: DeliveryRequest, staged: readonly StagedBillFile[]): void {
  const rejectedRows = staged.reduce((sum, file) => sum + file.rejectedRows, 0);
  if (rejectedRows <= request.allowRejected) return;
  const rejected = staged.flatMap((file) => file.rejected).slice(0, 1000);
  const [first] = rejected;
  const where = first === undefined ? '' : ` First: ${first.file}, line ${first.line ?? '?'}: ${first.reason}.`;
  const rows = rejectedRows === 1 ? '1 row is' : `${rejectedRows} rows are`;
  const accepted = staged.reduce((sum, file) => sum + file.acceptedRows, 0);
  const result: ImportResult = {
    ...{ delivery: null, source: request.source, rows: accepted + rejectedRows, accepted, rejected, rejectedRows },
    ...{ periods: [], totals: [], replaced: [], unchanged: false, units: [] },
  };
  throw new AppError(
    'bill_rows_rejected',
    `${rows} not acceptable, so nothing was stored.${where} Correct the file, or leave these rows out with --allow-rejected ${rejectedRows}.`,
    { ...result },
  );
}

/**
 * Refuses files whose row count, including rejected rows, differs from the count in the manifest. Errors:
 * `bill_manifest_broken`.
 */
function refuseMiscounted(
  { expectedRows }: Pick<DeliveryRequest, 'expectedRows'>,
  staged: readonly Pick<StagedBillFile, 'acceptedRows' | 'rejectedRows'>[],
): void {
  if (expectedRows === undefined || expectedRows === null) return;
  const rows = staged.reduce((sum, file) => sum + file.acceptedRows + file.rejectedRows, 0);
  if (rows === expectedRows) return;
  const detail = `The manifest promises ${expectedRows} rows and the files hold ${rows}, so nothing was stored. Deliver it again.`;
  throw new AppError('bill_manifest_broken', detail, { expectedRows, rows });
}
