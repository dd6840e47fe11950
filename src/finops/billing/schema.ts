import { z } from 'zod';
import { endpoint, MEDIUM_BODY_LIMIT_BYTES, NextPageToken, PageQuery } from '../../platform/contract/schema.ts';
import { Currency, DecimalString, Month, UtcInstant } from '../../platform/units/schema.ts';
import { UploadId } from '../../platform/uploads/schema.ts';

export const CostMetric = z
  .enum(['billedCost', 'effectiveCost', 'listCost', 'contractedCost'])
  .describe('FOCUS cost column');
export type CostMetric = z.infer<typeof CostMetric>;
/**
 * Metric of every figure that names no other: effective cost, which spreads commitments over the covered usage
 * (amortized).
 */
export const DEFAULT_METRIC = 'effectiveCost' satisfies CostMetric;

export const SourceName = z
  .string()
  .regex(/^[a-zA-Z0-9][\w.-]{0,62}$/, 'letters, digits, dot, dash, underscore; at most 63')
  .describe('Name of the source of the bill');

export const DeliveryId = z
  .string()
  .regex(/^d_[0-9a-f]{20}$/, 'an id such as "d_0123456789abcdef0123"')
  .describe('Id of one delivery of a bill');

export const BillDataset = z
  .enum(['CostAndUsage', 'ActualCost', 'AmortizedCost'])
  .describe('Kind of the rows; actual and amortized cost are two views of one bill');

export const DateFormat = z
  .enum(['iso', 'month-first', 'day-first'])
  .describe('How dates are written. iso: 2026-11-30. month-first: 11/30/2026. day-first: 30/11/2026');
export type DateFormat = z.infer<typeof DateFormat>;

export const NumberFormat = z
  .enum(['plain', 'grouped', 'decimal-comma'])
  .describe(
    'How amounts are written. plain: 1234.56. grouped: 1,234.56 or $1,234.56. decimal-comma: 1.234,56 or 1234,56 €',
  );
export type NumberFormat = z.infer<typeof NumberFormat>;

export const RejectedRow = z
  .strictObject({
    file: z.string().describe('File name'),
    line: z
      .number()
      .int()
      .nullable()
      .describe('Line in the file, the header being 1; null where a format has no lines'),
    column: z.string().nullable().describe('Column name; null when the whole row is malformed'),
    reason: z.string().describe('Problem, and the expected value'),
  })
  .describe('A row that was not accepted, and why');
export type RejectedRow = z.infer<typeof RejectedRow>;

export const MetricTotal = z
  .strictObject({
    metric: CostMetric,
    currency: Currency,
    amount: DecimalString.describe('Exact sum over accepted rows'),
  })
  .describe('Sum of one cost column in one currency');
export type MetricTotal = z.infer<typeof MetricTotal>;

export const unitFields = {
  source: SourceName,
  export: z.string().describe("Name of the cloud's export; `default` for uploaded files"),
  dataset: BillDataset,
  scope: z.string().describe('Coverage of the export, such as a billing account; `default` when not stated'),
};

export const Standing = z
  .enum(['current', 'replaced', 'ignored', 'shadowed', 'held', 'empty'])
  .describe(
    'current: counted in every total. replaced: another delivery of its unit is current. ignored: it was older than an earlier delivery. shadowed: the same charges are counted from another unit. held: a possible duplicate of another unit, not counted until a user decides. empty: no row and no declared period',
  );
export type Standing = z.infer<typeof Standing>;

export const UnitOutcome = z
  .strictObject({
    ...unitFields,
    period: Month.nullable().describe('Billing period; null for a delivery without rows that declares none'),
    rows: z.number().int().describe('Rows accepted'),
    findings: z
      .number()
      .int()
      .nullable()
      .describe('Rows that break a rule of FOCUS, counted once a rule; null where that was not checked'),
    standing: Standing,
    reason: z.string().nullable().describe('Reason that it is not counted, or a remark; null without either'),
  })
  .describe('Result of one unit of a delivery');
export type UnitOutcome = z.infer<typeof UnitOutcome>;

export const ImportResult = z
  .strictObject({
    delivery: DeliveryId.nullable().describe('Id of the delivery; null when nothing was stored'),
    source: SourceName,
    rows: z.number().int().describe('Rows read'),
    accepted: z.number().int().describe('Rows accepted'),
    rejected: z.array(RejectedRow).describe('Rows not accepted, at most 1000 listed'),
    rejectedRows: z.number().int().describe('Number of rows not accepted'),
    periods: z.array(Month).describe('Billing periods in the delivery'),
    totals: z.array(MetricTotal).describe('Sums over the accepted rows, by metric and currency'),
    replaced: z.array(DeliveryId).describe('Deliveries that this one replaced, wholly or for some periods'),
    unchanged: z.boolean().describe('True when the same files had been delivered before; nothing was changed then'),
    units: z.array(UnitOutcome).describe('Result of each unit of the delivery'),
  })
  .describe('Result of an import');
export type ImportResult = z.infer<typeof ImportResult>;

const UnitName = z.string().min(1).max(500);

export const importBill = endpoint({
  method: 'POST',
  path: '/api/v1/bill/imports',
  scope: 'finops.write',
  bodyLimitBytes: MEDIUM_BODY_LIMIT_BYTES,
  summary: 'Import uploaded bill files as one delivery of a source',
  body: z.strictObject({
    source: SourceName,
    files: z
      .array(
        z.strictObject({ upload: UploadId, name: z.string().min(1).max(1024).describe('Path as the user knows it') }),
      )
      .min(1)
      .max(10_000)
      .describe('The files of the delivery'),
    allowRejected: z.number().int().min(0).default(0).describe('Maximum number of rejected rows'),
    allowShrink: z
      .boolean()
      .default(false)
      .describe('Permit a few rows of another billing period to replace many rows of that period'),
    export: UnitName.default('default').describe("Name of the cloud's export"),
    dataset: BillDataset.optional().describe('Kind of the rows. Default: by the format of the files'),
    scope: UnitName.default('default').describe('Coverage of the export'),
    period: Month.optional().describe(
      'Billing period of the whole delivery. Default: the periods of the rows, each a separate unit',
    ),
    producedAt: UtcInstant.optional().describe('When the cloud made it; decides which delivery is newer. Default: now'),
    dateFormat: DateFormat.optional().describe(
      'Format of dates in the files, stored for later deliveries of the source. Default: the stored format, else detected from the whole file',
    ),
    numberFormat: NumberFormat.optional().describe(
      'Format of amounts in the files, stored for later deliveries of the source. Default: the stored format, else plain',
    ),
    overlap: z
      .enum(['ask', 'beside', 'replaces', 'hold'])
      .default('ask')
      .describe(
        'Decision when the rows do not show whether another export has the same charges. `ask`: refuse with bill_overlap_unclear. `beside`: they are other charges, count both. `replaces`: count this export instead of every one that it overlaps. `hold`: store it uncounted until a person decides',
      ),
  }),
  response: ImportResult,
  errors: [
    'upload_not_found',
    'file_empty',
    'file_truncated',
    'file_too_wide',
    'file_unreadable',
    'file_not_utf8',
    'file_format_unknown',
    'bill_format_not_read',
    'bill_column_missing',
    'bill_malformed',
    'bill_rows_rejected',
    'bill_date_ambiguous',
    'bill_period_shrinks',
    'bill_overlap_unclear',
    'storage_full',
  ],
});

export const PeriodState = z
  .enum(['open', 'provisional', 'closed'])
  .describe(
    'open: the month is not over. provisional: the cloud still changes it (two weeks after its end unless set otherwise). closed: a change is a restatement',
  );
export type PeriodState = z.infer<typeof PeriodState>;

export const Delivery = z
  .strictObject({
    delivery: DeliveryId,
    ...unitFields,
    period: Month.nullable().describe('Billing period; null for a delivery without rows that declares none'),
    receivedAt: UtcInstant.describe('When it was stored'),
    producedAt: UtcInstant.describe('When the cloud made it; the time of storage when not stated'),
    producerId: z.string().nullable().describe('Id that the cloud gave it; null for plain files'),
    rows: z.number().int().describe('Rows accepted, of this period'),
    rejectedRows: z.number().int().describe('Rejected rows of the whole delivery'),
    findings: z
      .number()
      .int()
      .nullable()
      .describe('Rows of this period that break a rule of FOCUS, counted once a rule; null where that was not checked'),
    state: PeriodState.nullable().describe('Current state of the billing period; null without a period'),
    current: z.boolean().describe('True while its rows count'),
    standing: Standing,
    reason: z.string().nullable().describe('Reason that it does not count, or a remark; null without either'),
    chargeDates: z
      .strictObject({
        from: z.string().describe('First charge date, YYYY-MM-DD'),
        to: z.string().describe('Last charge date (included)'),
        days: z.number().int().describe('Distinct charge dates'),
      })
      .nullable()
      .describe('Charge dates of the rows; null when there is none'),
    totals: z.array(MetricTotal).describe('Sums over the accepted rows of this period'),
    files: z
      .array(
        z.strictObject({
          name: z.string().describe('File name'),
          sizeBytes: z.number().int().describe('Bytes'),
          sha256: z.string().describe('SHA-256 of the bytes, which is their key in storage'),
        }),
      )
      .describe('Files of the whole delivery'),
  })
  .describe('One billing period of one delivery of a bill');
export type Delivery = z.infer<typeof Delivery>;

export const listDeliveries = endpoint({
  method: 'GET',
  path: '/api/v1/bill/deliveries',
  scope: 'finops.read',
  summary: 'List deliveries, oldest first; one entry for each billing period of each',
  query: z.strictObject({
    source: SourceName.optional(),
    period: Month.optional().describe('Only of this billing period'),
    held: z.literal('true').optional().describe('Only units on hold until a person decides'),
    ...PageQuery,
  }),
  response: z.strictObject({
    deliveries: z.array(Delivery).describe('Deliveries, oldest first'),
    nextPageToken: NextPageToken,
  }),
  errors: ['invalid_page_token'],
});

const actBody = {
  delivery: DeliveryId,
  period: Month.optional().describe('Only this billing period. Default: all periods of the delivery'),
  why: z.string().max(1000).optional().describe('Reason, stored with the act'),
  dryRun: z.boolean().default(false).describe('`true` lists the changes and makes none. Default: false'),
};

export const UnitChange = z
  .strictObject({
    ...unitFields,
    period: Month,
    state: PeriodState,
    before: DeliveryId.nullable().describe('Delivery that was counted for the unit; null when none was'),
    after: DeliveryId.nullable().describe('Delivery that is counted now; null when none is'),
  })
  .describe('Which delivery counts for a unit, before and after');
export type UnitChange = z.infer<typeof UnitChange>;

export const moneyChange = {
  metric: CostMetric,
  currency: Currency,
  before: DecimalString.nullable().describe('Exact sum before; 0 without rows, null when no row has the metric'),
  after: DecimalString.nullable().describe('Exact sum after; 0 without rows, null when no row has the metric'),
  delta: DecimalString.nullable().describe('after - before, exact; null when either is unknown'),
};

const ServiceDelta = z
  .strictObject({
    serviceName: z.string().nullable().describe('Service; null when rows name none'),
    ...moneyChange,
  })
  .describe('How the money of one service moved');

export const ActResult = z.strictObject({
  changes: z.array(UnitChange).describe('Units whose current delivery changes; empty without any'),
  delta: z.array(ServiceDelta).describe('Money of the changed units by metric and service, where it differs'),
});
export type ActResult = z.infer<typeof ActResult>;

export const revertDelivery = endpoint({
  method: 'POST',
  path: '/api/v1/bill/reverts',
  scope: 'finops.write',
  summary: 'Revert a current delivery to the previous one, or reinstate a delivery that is not current',
  body: z.strictObject(actBody),
  response: ActResult,
  errors: ['bill_delivery_not_found', 'bill_delivery_deleted', 'bill_nothing_before', 'storage_full'],
});

export const preferDelivery = endpoint({
  method: 'POST',
  path: '/api/v1/bill/preferences',
  scope: 'finops.write',
  summary: 'Prefer one of several exports of the same charges, or count it in addition to the others',
  body: z.strictObject({
    ...actBody,
    beside: z
      .boolean()
      .default(false)
      .describe('`true`: these are other charges; the unit counts in addition to the others and is never shadowed'),
  }),
  response: ActResult,
  errors: ['bill_delivery_not_found', 'bill_delivery_deleted', 'bill_delivery_not_standing', 'storage_full'],
});

export const setProvisionalDays = endpoint({
  method: 'PUT',
  path: '/api/v1/bill/sources/:source/provisional-days',
  scope: 'finops.write',
  summary: 'Set how long after its end a month of a source is provisional',
  params: z.strictObject({ source: SourceName }),
  body: z.strictObject({ days: z.number().int().min(0).max(400).describe('Days after the end of the month') }),
  response: z.strictObject({ source: SourceName, days: z.number().int().describe('Days after the end of the month') }),
  errors: [],
});

export const Restatement = z
  .strictObject({
    at: UtcInstant.describe('When it happened'),
    act: z.enum(['import', 'revert', 'prefer', 'delete']).describe('Act that changed the closed period'),
    actor: z.string().describe('Account or job that did it'),
    why: z.string().nullable().describe('Reason given; null when none was'),
    delivery: DeliveryId.describe('Delivery that was imported or named'),
    period: Month,
    changes: z.array(UnitChange).describe('Which deliveries count differently'),
    delta: z.array(ServiceDelta).describe('Money by metric and service, where it differs'),
  })
  .describe('A change to a billing period that was closed');
export type Restatement = z.infer<typeof Restatement>;

export const listRestatements = endpoint({
  method: 'GET',
  path: '/api/v1/bill/restatements',
  scope: 'finops.read',
  summary: 'List changes to closed billing periods, newest first',
  query: z.strictObject({ period: Month.optional().describe('Only of this billing period'), ...PageQuery }),
  response: z.strictObject({
    restatements: z.array(Restatement).describe('Restatements, newest first'),
    nextPageToken: NextPageToken,
  }),
  errors: ['invalid_page_token'],
});
