import type { EndpointDetail } from '../../../src/mlops/serving/schema.ts';
import type { VersionStart } from './monitor-panels.ts';

/** Times at which another version of a model began to answer at an endpoint, the earliest first. */
export function listVersionStarts(
  model: string,
  { name, variants, revisions }: Pick<EndpointDetail, 'name' | 'variants' | 'revisions'>,
): VersionStart[] {
  // Revisions name variants without their models; a variant keeps its model in nearly all of them.
  const own = variants.filter((one) => one.model === model).map(({ variant }) => variant);
  const live = revisions.filter(({ liveAt }) => liveAt !== null).toSorted((a, b) => a.revision - b.revision);
  const starts: VersionStart[] = [];
  let before = new Set<string>();
  for (const { versions, liveAt } of live) {
    const now = new Set(own.flatMap((variant) => versions[variant] ?? []));
    for (const version of now) if (!before.has(version)) starts.push({ version, endpoint: name, at: liveAt ?? '' });
    before = now;
  }
  return starts;
}
