import type { EndpointRevision } from '../../../src/mlops/serving/schema.ts';
import { toCsv } from '../format/csv.ts';

const HEADER = ['revision', 'state', 'versions', 'weights', 'cause', 'reason', 'createdAt', 'liveAt'];

/** The revisions of an endpoint as they are shown, exactly. */
export function revisionsCsv(revisions: readonly EndpointRevision[]): string {
  const pairs = (values: Readonly<Record<string, string | number>>) =>
    Object.entries(values)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ');
  return toCsv(
    HEADER,
    revisions.map(({ revision, state, versions, weights, cause, reason, createdAt, liveAt }) => [
      ...[String(revision), state, pairs(versions), pairs(weights), cause, reason, createdAt, liveAt],
    ]),
  );
}
