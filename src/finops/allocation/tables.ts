import { subjectFields } from '../../org/schema.ts';
import type { LakeTable } from '../../platform/lake/index.ts';
import { EXACT_TYPE } from '../../platform/lake/index.ts';

export const allocatedCosts = ['BilledCost', 'EffectiveCost', 'ListCost', 'ContractedCost'] as const;

const subjectColumns = Object.fromEntries(subjectFields.map((field) => [field, 'VARCHAR']));

/**
 * Allocation of bill rows to subjects. `lake_file` and `row_number` identify the bill row. A bill row without an
 * allocation is unallocated. An allocation whose `share` is null covers the whole row: its cost columns are null, and
 * the costs of the bill row apply. Other allocations are shares of their row, numbered from 0, and add up to it in
 * every cost column to the last decimal; a cost missing in the row is null in them too (DESIGN law 1).
 */
export const allocations: LakeTable = {
  name: 'allocated_row',
  columns: {
    lake_file: 'VARCHAR',
    row_number: 'BIGINT',
    rule: 'VARCHAR',
    /** allocated | idle | unallocated | shared-unallocated */
    kind: 'VARCHAR',
    /** Position of the pool among the pools, from 1; null for a direct rule. */
    layer: 'INTEGER',
    /** direct, even, weights, proportional/cost, kubernetes/gpu-share…: FOCUS AllocatedMethodId. */
    method: 'VARCHAR',
    share: 'INTEGER',
    /** FOCUS AllocatedRatio, 0 to 1; null for a whole row. */
    ratio: EXACT_TYPE,
    /** FOCUS UsageUnit and UsageQuantity of the share's basis; null where nothing was measured. */
    usage_unit: 'VARCHAR',
    usage_quantity: EXACT_TYPE,
    /** FOCUS AllocatedResourceId and -Name: the workload that holds part of the node. */
    resource_id: 'VARCHAR',
    resource_name: 'VARCHAR',
    /** Reason why a shared cost has no receiver. */
    reason: 'VARCHAR',
    ...subjectColumns,
    ...Object.fromEntries(allocatedCosts.map((column) => [column, EXACT_TYPE])),
  },
};

/** Dimensions of bill rows in the daily roll-up, in addition to day and subject. */
export const dailyDimensions = [
  'BillingCurrency',
  'ServiceProviderName',
  'ServiceName',
  'ServiceCategory',
  'ChargeCategory',
  'SubAccountId',
] as const;

/**
 * The whole bill by day and subject, including unallocated rows (`kind` unallocated, `rule` null). Sums are exact over
 * the rows that state the cost; `without_<cost>` counts the other rows. `bill_rows` counts a split row once, with its
 * first share. One partition is one bill unit. The table exists even when no rules are in force.
 */
export const allocatedDaily: LakeTable = {
  name: 'allocated_daily',
  columns: {
    charge_day: 'DATE',
    period: 'VARCHAR',
    ...Object.fromEntries(dailyDimensions.map((column) => [column, 'VARCHAR'])),
    ...subjectColumns,
    rule: 'VARCHAR',
    kind: 'VARCHAR',
    bill_rows: 'BIGINT',
    ...Object.fromEntries(allocatedCosts.map((column) => [column, EXACT_TYPE])),
    ...Object.fromEntries(allocatedCosts.map((column) => [`without_${column}`, 'BIGINT'])),
  },
};
