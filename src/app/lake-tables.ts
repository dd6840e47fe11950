import { allocatedDaily, allocations } from '../finops/allocation/index.ts';
import { billRows } from '../finops/billing/index.ts';
import type { LakeTable } from '../platform/lake/index.ts';

/** Tables that readers outside Steelyard find as Iceberg tables. */
export const LAKE_TABLES: readonly LakeTable[] = [billRows, allocations, allocatedDaily];
