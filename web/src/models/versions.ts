import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import type { Policy } from '../../../src/tradeoff/gates/schema.ts';

export const CHAMPION = 'champion';

/** The version behind the alias that promotions move: the policy's, `champion` without a policy. */
export function findChampion(
  versions: readonly VersionEvidence[],
  policy: Policy | undefined,
): VersionEvidence | undefined {
  const alias = policy?.spec.alias ?? CHAMPION;
  return versions.find((version) => version.aliases.includes(alias));
}

/** Every metric that a version has, those of the policy first. */
export function listMetrics(versions: readonly VersionEvidence[], policy: Policy | undefined): string[] {
  const named = policy?.spec.quality.map((rule) => rule.metric) ?? [];
  const measured = new Set(versions.flatMap((version) => version.quality.map((quality) => quality.metric)));
  const first = [...new Set(named)].filter((metric) => measured.has(metric));
  return [...first, ...[...measured].filter((metric) => !first.includes(metric)).sort()];
}

/** Metrics that fit in a table: those that the policy checks, and the chosen one. */
export function tableMetrics(
  versions: readonly VersionEvidence[],
  policy: Policy | undefined,
  chosen: string | undefined,
): string[] {
  const all = listMetrics(versions, policy);
  const asked = new Set(policy?.spec.quality.map((rule) => rule.metric));
  const first = all.filter((metric) => asked.has(metric) || metric === chosen);
  return first.length > 0 ? first : all.slice(0, 1);
}

/** Direction in which a metric improves, by the policy; higher when the policy does not state it. */
export function findDirection(metric: string, policy: Policy | undefined): 'higher' | 'lower' {
  return policy?.spec.quality.find((rule) => rule.metric === metric)?.direction ?? 'higher';
}

/** Value of a metric of a version; undefined when it was not logged. */
export function findMetric(version: VersionEvidence | undefined, metric: string): number | undefined {
  return version?.quality.find((quality) => quality.metric === metric)?.value;
}

/** The version that is best on a metric, the newest of equals. */
export function bestOn(
  versions: readonly VersionEvidence[],
  metric: string,
  direction: 'higher' | 'lower',
): VersionEvidence | undefined {
  const sign = direction === 'higher' ? 1 : -1;
  return versions.reduce<VersionEvidence | undefined>((best, version) => {
    const value = findMetric(version, metric);
    const record = findMetric(best, metric);
    if (value === undefined) return best;
    return record === undefined || sign * value > sign * record ? version : best;
  }, undefined);
}
