import type { ModelFrontierPoint } from '../../../src/tradeoff/frontier/schema.ts';
import { formatThreshold, nameVersions } from './cascade-text.ts';

type LabelledPoint = Pick<ModelFrontierPoint, 'point' | 'version' | 'cascade' | 'hardware'>;

/**
 * Short label of each point by its id: the version, and its hardware where a version has several points; the versions and the threshold of a
 * cascade. Examples: "v3"; "v3, 1 x gpu:A10G"; "v2 -> v5 (t 0.82, 31 % escalate)".
 */
export function labelPoints(points: readonly LabelledPoint[]): ReadonlyMap<string, string> {
  const count = new Map<string | null, number>();
  for (const { version } of points) count.set(version, (count.get(version) ?? 0) + 1);
  const labels = points.map((point) => [point.point, describe(point, count.get(point.version) ?? 0)] as const);
  const used = new Map<string, number>();
  for (const [, label] of labels) used.set(label, (used.get(label) ?? 0) + 1);
  return new Map(labels.map(([id, label]) => [id, (used.get(label) ?? 0) > 1 ? id : label]));
}

function describe({ version, cascade, hardware }: LabelledPoint, count: number): string {
  if (cascade !== null) return `${nameVersions({ version, cascade })} (${formatThreshold(cascade)})`;
  return count <= 1 ? `v${version}` : `v${version}, ${hardware.name}`;
}
