import type { Route } from '../../platform/http/index.ts';
import type { JournaledTable } from '../../platform/journal/index.ts';
import { createSpecKind, type ManifestKind } from '../../platform/manifests/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { ChangeDeps } from '../gpu-telemetry/index.ts';
import { type GpuLoad, readGpuLoads } from './loads/loads.ts';
import { applyOwnerRules } from './owner-rules/apply.ts';
import { GpuOwnerRulesSpec } from './owner-rules/schema.ts';
import { type GpuDay, readGpuDays } from './owners/gpu-days.ts';
import { type CurrentHolders, findHoldersAt } from './owners/held-at.ts';
import { type RunGpuDay, runGpuDays } from './owners/run-days.ts';
import { createFreshTimes, createOwnedTimes, type OwnedDeps } from './owners/service.ts';
import { gpuUsageRoutes } from './routes.ts';

export type { GpuLoad } from './loads/loads.ts';
export type { GpuDay } from './owners/gpu-days.ts';
export type { CurrentHolders } from './owners/held-at.ts';
export type { GpuWork, ReconciledCost } from './owners/owner.ts';
export type { RunGpuDay } from './owners/run-days.ts';

/** Measured GPU usage: idle GPUs, their owners at that time and their cost, and the number of GPUs that the work needs. */
export interface GpuUsage {
  /** `GpuOwnerRules`. */
  readonly kinds: readonly ManifestKind[];
  /** Time and cost of each GPU by owner and day, within UTC days, the second exclusive. */
  days(within: { readonly from: string; readonly to: string }): Promise<GpuDay[]>;
  /** GPU time and cost of runs by run and day, within UTC days, the second exclusive. */
  runDays(within: { readonly from: string; readonly to: string }): Promise<RunGpuDay[]>;
  /** Holders of each GPU at an instant, Unix milliseconds, by the last report in the 15 minutes before. */
  heldAt(at: number): Promise<CurrentHolders[]>;
  /** Load of each GPU in [start, end) Unix ms, as far as it was read, by name. */
  loads(window: { readonly start: number; readonly end: number }): Promise<GpuLoad[]>;
  readonly routes: readonly Route[];
}

export interface GpuUsageGround extends Omit<OwnedDeps, 'recent'>, ChangeDeps {
  /** Received readings that are not in their days yet. */
  readonly gpuReadings: JournaledTable;
  readonly clock: Clock;
}

export function createGpuUsage(ground: GpuUsageGround): GpuUsage {
  const deps = { ...ground, recent: ground.gpuReadings };
  const times = createOwnedTimes(() => deps);
  return {
    kinds: [
      createSpecKind('GpuOwnerRules', 40, GpuOwnerRulesSpec, (sql, name, spec) =>
        applyOwnerRules(deps, sql, name, spec),
      ),
    ],
    days: (within) => readGpuDays(times, within),
    runDays: (within) =>
      runGpuDays(
        createFreshTimes(() => deps),
        deps,
        within,
      ),
    heldAt: (at) => findHoldersAt(deps, at),
    loads: (window) => readGpuLoads(deps, window),
    routes: gpuUsageRoutes(deps),
  };
}
export { findOwners, type OwnerDeps } from './owners/find-owners.ts';
