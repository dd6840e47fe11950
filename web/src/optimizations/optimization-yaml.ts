import type { OptimizationDetail } from '../../../src/tradeoff/optimizations/schema.ts';
import { toYaml } from '../format/yaml.ts';

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** `90000` -> `1m30s`; the document takes both. */
function toDuration(ms: number): string | number {
  let rest = ms;
  const parts = UNITS.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? [] : [`${count}${unit}`];
  });
  return rest > 0 || parts.length === 0 ? ms : parts.join('');
}

/** The document of an optimization, as `steelyard optimization propose -f` takes it. */
export function toOptimizationYaml({ optimization, spec }: OptimizationDetail): string {
  const { ramp, watch, labelsWithin, deadline, shadowFirst } = spec;
  const document = {
    apiVersion: 'steelyard/v1',
    kind: 'Optimization',
    metadata: { name: optimization },
    spec: {
      ...spec,
      ...(shadowFirst === undefined ? {} : { shadowFirst: toDuration(shadowFirst) }),
      ramp: { ...ramp, for: toDuration(ramp.for) },
      ...{ labelsWithin: toDuration(labelsWithin), deadline: toDuration(deadline) },
      watch: { ...watch, for: toDuration(watch.for), window: toDuration(watch.window) },
    },
  };
  return toYaml(document);
}
