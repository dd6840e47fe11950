import type { Data, Trigger } from '../pipeline-definition/schema.ts';

/** Description of a trigger's condition. It contains no secret and no credential. */
export function describeCondition(trigger: Trigger): string {
  if ('cron' in trigger) return `${trigger.cron} in ${trigger.timeZone}`;
  if ('push' in trigger) {
    const { provider, branches, paths } = trigger.push;
    return `push by ${provider} to ${branches.join(', ')}${paths === undefined ? '' : ` of ${paths.join(', ')}`}`;
  }
  if ('data' in trigger) return `change of ${describeData(trigger.data)}, checked every ${trigger.data.every / 1000} s`;
  const { type, model, match } = trigger.event;
  const fields = Object.entries(match).map(([field, value]) => `${field} ${value}`);
  return [type, ...(model === undefined ? [] : [`model ${model}`]), ...fields].join(', ');
}

/** The place without the parameters of its address. */
export function describeData({ object, table }: Data): string {
  return object === undefined ? `table ${table}` : (object.split('?')[0] ?? object);
}

/** Short form of a commit, long enough for people to recognize it. */
export function shortenCommit(commit: string): string {
  return commit.slice(0, 12);
}
