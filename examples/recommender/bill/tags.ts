import type { TeamName } from './company.ts';

/** Purpose of a resource, in the fields of the tags. */
export interface Subject {
  readonly team: TeamName;
  readonly project: string;
  readonly model?: string;
  readonly environment: 'prod' | 'dev';
  readonly purpose: 'training' | 'inference' | 'data' | 'experiment' | 'platform';
}

/** Typical faults of real tags: a missing tag, a team with a capital letter, or a key with a leading space. */
export type TagStyle = 'clean' | 'untagged' | 'capital-team' | 'leading-space';

/** The `Tags` column as JSON, or `undefined` (null) for an untagged resource. */
export function tagsJson(subject: Subject, style: TagStyle = 'clean'): string | undefined {
  if (style === 'untagged') return undefined;
  const { team, project, model, environment, purpose } = subject;
  const spelt = style === 'capital-team' ? `${team.charAt(0).toUpperCase()}${team.slice(1)}` : team;
  const teamKey = style === 'leading-space' ? ' team' : 'team';
  return JSON.stringify({ [teamKey]: spelt, project, ...(model === undefined ? {} : { model }), environment, purpose });
}
