import { allocatedDaily, allocations } from '../finops/allocation/index.ts';
import { billRows } from '../finops/billing/index.ts';
import { GPU_RECENT, GPU_SAMPLE, GPU_STRETCH } from '../finops/gpu-telemetry/index.ts';
import { CONTAINER_HOUR, NODE_HOUR } from '../finops/workloads/index.ts';
import { EVALUATION_ROWS } from '../mlops/evaluations/index.ts';
import { LABEL, PREDICTION, SHADOW_PREDICTION } from '../mlops/predictions/index.ts';
import type { LakeTable } from '../platform/lake/index.ts';

/** All tables with manifests. */
export const LAKE_TABLES: readonly LakeTable[] = [
  ...[billRows, allocations, allocatedDaily],
  ...[GPU_SAMPLE, GPU_STRETCH, GPU_RECENT, CONTAINER_HOUR, NODE_HOUR],
  ...[PREDICTION, SHADOW_PREDICTION, LABEL, EVALUATION_ROWS],
];
