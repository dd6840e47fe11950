import { ScalingSpec, type Variant } from '../../mlops/endpoint-spec/schema.ts';
import type { ArmSpan } from '../../mlops/gateway/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { HOUR_MS } from '../../platform/units/durations.ts';
import { buildHardwareName } from '../unit-cost/index.ts';
import type { UnitCost } from '../unit-cost/schema.ts';
import { readCapacity } from './capacity.ts';
import type { OptimizationDeps } from './deps.ts';
import { computeExpectedSaving, type PlannedArm } from './expected-saving.ts';
import { type BusySeconds, computeBusySeconds } from './saving.ts';

/** Whole weeks hold working days and week ends alike. */
const DEMAND_MS = 7 * 24 * HOUR_MS;
const SERVICE_MS = 28 * 24 * HOUR_MS;
const DEFAULT_TARGET = ScalingSpec.parse({}).target;

export interface ExpectedDeps extends Pick<OptimizationDeps, 'clock' | 'serving' | 'prices'> {
  /** Unit costs of a version, number or `@alias`; empty where there is no such version. */
  readonly readUnitCosts: (sql: Sql, model: string, version: string) => Promise<readonly UnitCost[]>;
}

/** Both arms for all of the traffic, as they are after the change is kept. */
export interface ComparedArms {
  readonly endpoint: string;
  readonly baseline: { readonly name: string; readonly variant: Variant; readonly version: string };
  readonly candidate: { readonly name: string; readonly variant: Variant; readonly version: string };
}

/**
 * Expected saving from facts that are known at the proposal: prices now, requests of both arms in the last 7 days, and busy seconds of a request,
 * measured at this endpoint in the last 28 days on the same hardware, else by a benchmark of one prediction at a time.
 */
export async function readExpectedSaving(deps: ExpectedDeps, sql: Sql, arms: ComparedArms) {
  const now = deps.clock.now();
  const end = Math.floor(now / HOUR_MS) * HOUR_MS;
  const recent = await deps.serving.writtenSpans(sql, arms.endpoint, { start: end - DEMAND_MS, end, unit: 'hour' });
  const names = [arms.baseline.name, arms.candidate.name];
  const perHour = new Map<number, number>();
  for (const { at, variant, requests } of recent) {
    if (names.includes(variant)) perHour.set(at, (perHour.get(at) ?? 0) + requests);
  }
  const plan = async ({ variant, version }: ComparedArms['baseline']): Promise<PlannedArm> => {
    const price = await deps.prices.of(sql, deps.serving.changes.heldBy(variant));
    const { min, max, isFixed } = readCapacity(variant);
    return {
      pricePerHour:
        price === null || price.currency === null ? null : { amount: price.amount, currency: price.currency },
      minReplicas: min,
      maxReplicas: isFixed ? min : max,
      utilization: variant.scaling?.target ?? DEFAULT_TARGET,
      busySeconds: await readBusySeconds(deps, sql, { endpoint: arms.endpoint, variant, version }),
    };
  };
  return computeExpectedSaving({
    requestsPerHour: [...perHour.values()],
    baseline: await plan(arms.baseline),
    candidate: await plan(arms.candidate),
  });
}

async function readBusySeconds(
  { clock, serving, readUnitCosts }: ExpectedDeps,
  sql: Sql,
  { endpoint, variant, version }: { readonly endpoint: string; readonly variant: Variant; readonly version: string },
): Promise<BusySeconds | null> {
  const held = serving.changes.heldBy(variant);
  const of = { model: variant.model, version };
  const now = clock.now();
  const spans = await serving.writtenSpans(sql, endpoint, { start: now - SERVICE_MS, end: now, unit: 'hour', of });
  const isOn = ({ busy: { parts } }: ArmSpan) =>
    parts.length === 1 && parts[0]?.resource === held.resource && parts[0].quantity === held.quantity;
  const measured = computeBusySeconds(
    spans.filter(isOn).map(({ busy }) => ({ n: busy.requests, sum: (busy.parts[0]?.busyMs ?? 0) / 1000 })),
  );
  if (measured !== null) return measured;
  const hardware = buildHardwareName([held]);
  const [benchmark, ...others] = (await readUnitCosts(sql, variant.model, version)).filter(
    (one) => one.basis === 'benchmark' && one.hardware.name === hardware && (one.batchSize ?? 1) === 1,
  );
  const time = benchmark?.serviceTime ?? null;
  if (time === null || others.length > 0) return null;
  const toSeconds = (perThousand: number | undefined) => (perThousand === undefined ? null : perThousand / 1000);
  return {
    mean: time.secondsPerThousand / 1000,
    lower: toSeconds(time.interval?.lower),
    upper: toSeconds(time.interval?.upper),
  };
}
