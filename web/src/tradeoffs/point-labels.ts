import type { ModelFrontierPoint } from '../../../src/tradeoff/frontier/schema.ts';

/**
 * Short label of each point by its id: the version, and its hardware where a version has several points.
 * Examples: "v3"; "v3, 1 x gpu:A10G".
 */
export function labelPoints(
  points: readonly Pick<ModelFrontierPoint, 'point' | 'version' | 'hardware'>[],
): ReadonlyMap<string, string> {
  const count = new Map<string, number>();
  for (const { version } of points) count.set(version, (count.get(version) ?? 0) + 1);
  const labels = points.map((point) => [point.point, describe(point, count.get(point.version) ?? 0)] as const);
  const used = new Map<string, number>();
  for (const [, label] of labels) used.set(label, (used.get(label) ?? 0) + 1);
  return new Map(labels.map(([id, label]) => [id, (used.get(label) ?? 0) > 1 ? id : label]));
}

function describe({ version, hardware }: Pick<ModelFrontierPoint, 'version' | 'hardware'>, count: number): string {
  return count <= 1 ? `v${version}` : `v${version}, ${hardware.name}`;
}
