import type { Events } from '../../platform/events/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { runTagsWithPrefix } from './key-value-store.ts';
import type { RunInfo } from './types.ts';

/** Tags that name the subject of a run: `steelyard.team`, `steelyard.project`, `steelyard.resource`… */
export const SUBJECT_TAG_PREFIX = 'steelyard.';

export type RunEvents = Pick<Events, 'append'>;

/** Appends `run.created`, `run.ended` or `run.deleted`, in the transaction of the change. */
export async function appendRunEvent(
  events: RunEvents,
  sql: Sql,
  type: 'run.created' | 'run.ended' | 'run.deleted',
  run: RunInfo,
): Promise<void> {
  await events.append(sql, {
    type,
    subject: `run:${run.runId}`,
    payload: {
      runId: run.runId,
      experimentId: String(run.experimentId),
      runName: run.runName,
      status: run.status,
      startTime: formatInstant(run.startTime),
      endTime: run.endTime === null ? null : formatInstant(run.endTime),
      tags: await findSubjectTags(sql, run.runId),
    },
  });
}

export async function findSubjectTags(sql: Sql, runId: string): Promise<Record<string, string>> {
  const tags = await runTagsWithPrefix(sql, runId, SUBJECT_TAG_PREFIX);
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
}

/** A client's clock may have any value; instants are written with four digits of year. */
const FIRST_INSTANT_MS = Date.parse('0001-01-01T00:00:00.000Z');
const LAST_INSTANT_MS = Date.parse('9999-12-31T23:59:59.999Z');

export function formatInstant(milliseconds: number): string {
  return new Date(Math.min(Math.max(milliseconds, FIRST_INSTANT_MS), LAST_INSTANT_MS)).toISOString();
}
