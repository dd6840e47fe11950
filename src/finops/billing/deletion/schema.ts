import { z } from 'zod';
import { endpoint, NextPageToken, PageQuery } from '../../../platform/contract/schema.ts';
import { Month, UtcInstant } from '../../../platform/units/schema.ts';
import { ActResult, DeliveryId, SourceName, Standing, unitFields } from '../schema.ts';

export const DeletedUnit = z
  .strictObject({
    delivery: DeliveryId,
    ...unitFields,
    period: Month.nullable().describe('Billing period; null for a delivery without rows that declares none'),
    rows: z.number().int().describe('Rows that are deleted'),
    standing: Standing.describe('Standing of the delivery in this billing period before the deletion'),
    countsAgain: DeliveryId.nullable().describe('Delivery that is current after the deletion; null when there is none'),
    reason: z.string().describe('Delivery that is current after the deletion, and the reason'),
  })
  .describe('One billing period of one deleted delivery');
export type DeletedUnit = z.infer<typeof DeletedUnit>;

export const BillDeletion = z
  .strictObject({
    dryRun: z.boolean().describe('True: nothing was deleted'),
    deliveries: z.array(DeliveryId).describe('Deliveries that are deleted'),
    months: z.array(Month).describe('Billing periods that they hold'),
    rows: z.number().int().describe('Rows that are deleted'),
    lakeFiles: z.number().int().describe('Files of the lake that are deleted, allocations of these rows included'),
    lakeBytes: z.number().int().describe('Bytes of these files'),
    rawFiles: z.number().int().describe('Raw bill files that are deleted; files that another delivery names stay'),
    rawBytes: z.number().int().describe('Bytes of these raw files'),
    units: z
      .array(DeletedUnit)
      .describe('Billing periods of each deleted delivery, and the delivery that is current after the deletion'),
    changes: ActResult.shape.changes,
    delta: ActResult.shape.delta
      .nullable()
      .describe('Money of the changed units by metric and service; null when a damaged file cannot be summed'),
    unanswerable: z.array(z.string()).describe('Questions that cannot be answered after the deletion'),
    finished: z
      .boolean()
      .describe('True when the files are off the disk; false in a dry run, and until a backup in progress ends'),
  })
  .describe('A deletion of deliveries of bills');
export type BillDeletion = z.infer<typeof BillDeletion>;

const why = z.string().max(1000).optional().describe('Reason, stored with the deletion');
const dryRun = z.boolean().describe('`true` lists the files and rows to delete and deletes nothing');

export const deleteDelivery = endpoint({
  method: 'POST',
  path: '/api/v1/bill/deletions',
  scope: 'platform.write',
  summary:
    'Delete a delivery permanently: rows, allocations and raw files; the previous delivery is reinstated if its raw bill is stored',
  body: z.strictObject({ delivery: DeliveryId, why, dryRun }),
  response: BillDeletion,
  errors: ['bill_delivery_not_found', 'bill_delivery_deleted', 'storage_full'],
});

export const deleteSource = endpoint({
  method: 'POST',
  path: '/api/v1/bill/source-deletions',
  scope: 'platform.write',
  summary: 'Delete a source permanently: its syncs end, and its deliveries are deleted unless the request keeps them',
  body: z.strictObject({
    source: SourceName,
    keepDeliveries: z.boolean().default(false).describe('True: only end the syncs; deliveries stay and count'),
    why,
    dryRun,
  }),
  response: BillDeletion,
  errors: ['bill_source_not_found', 'storage_full'],
});

export const DeletionRecord = z
  .strictObject({
    at: UtcInstant.describe('When it was deleted'),
    cause: z.enum(['delivery', 'source', 'retention']).describe('Deletion of a delivery, of its source, or by age'),
    what: z.enum(['delivery', 'raw']).describe('delivery: rows and raw files. raw: raw files only; the rows stay'),
    actor: z.string().describe('Account or job that deleted it'),
    why: z.string().nullable().describe('Reason; null when none was given'),
    delivery: DeliveryId,
    source: SourceName,
    periods: z.array(Month).describe('Billing periods of the delivery'),
    rows: z.number().int().describe('Rows that were deleted'),
    lakeBytes: z.number().int().describe('Bytes of the lake files that were deleted'),
    rawBytes: z.number().int().describe('Bytes of its raw files'),
    finishedAt: UtcInstant.nullable().describe('When the files were removed from the disk; null until then'),
  })
  .describe('Record of one deletion');
export type DeletionRecord = z.infer<typeof DeletionRecord>;

export const listDeletions = endpoint({
  method: 'GET',
  path: '/api/v1/bill/deletions',
  scope: 'finops.read',
  summary: 'List deleted deliveries and raw bills, newest first',
  query: z.strictObject({ source: SourceName.optional(), ...PageQuery }),
  response: z.strictObject({
    deletions: z.array(DeletionRecord).describe('Deletions, newest first'),
    nextPageToken: NextPageToken,
  }),
  errors: ['invalid_page_token'],
});
