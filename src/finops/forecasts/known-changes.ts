import { covers } from '../../org/index.ts';
import type { Subject } from '../../org/schema.ts';
import { toDayNumber } from './days.ts';
import type { ChangeSubject, ForecastChange, ForecastLevel } from './schema.ts';

/** The key of a subject on a level; null if its cost is unallocated there. */
export function findSubjectKey(level: ForecastLevel, subject: ChangeSubject): string | null {
  const { team, project, model, endpoint, serviceName } = subject;
  switch (level) {
    case 'team':
      return team ?? null;
    case 'project':
      return team === undefined && project === undefined ? null : `${team ?? ''}/${project ?? ''}`;
    case 'model':
      return model ?? null;
    case 'endpoint':
      return endpoint ?? null;
    case 'service':
      return serviceName ?? null;
    case 'total':
    case 'budget':
      return null;
  }
}

/** Keys that changes name, by level: they are forecast even before they cost anything. */
export function listPlannedKeys(changes: readonly ForecastChange[]): Map<string, Set<string>> {
  const planned = new Map<string, Set<string>>();
  for (const level of ['team', 'project', 'model', 'endpoint', 'service'] as const) {
    const keys = changes.flatMap(({ subject }) => findSubjectKey(level, subject) ?? []);
    if (keys.length > 0) planned.set(level, new Set(keys));
  }
  return planned;
}

/** The changes that are in the cost of one subject of a level, in its currency. A change is in exactly one of a level. */
export function selectChanges(
  changes: readonly ForecastChange[],
  { level, key, currency }: { readonly level: ForecastLevel; readonly key: string | null; readonly currency: string },
): ForecastChange[] {
  return changes.filter((change) => isIn(change, currency) && findSubjectKey(level, change.subject) === key);
}

/** Changes within the scope of a budget. */
export function selectCoveredChanges(
  changes: readonly ForecastChange[],
  subject: Subject,
  currency: string,
): ForecastChange[] {
  return changes.filter((change) => {
    const { serviceName: _service, ...of } = change.subject;
    return isIn(change, currency) && covers(subject, of);
  });
}

function isIn(change: ForecastChange, currency: string): boolean {
  return change.currency === null || change.currency === currency;
}

/** The range of steps, of `count` days from `first` on, in which a change applies: start and end. */
export function findStepRange(
  { from, until }: Pick<ForecastChange, 'from' | 'until'>,
  first: number,
  count: number,
): [number, number] {
  const end = until === null ? Number.POSITIVE_INFINITY : toDayNumber(until);
  return [Math.max(0, toDayNumber(from) - first), Math.min(count, end - first)];
}

/**
 * Amounts that the changes add to each of `count` days from `first` on. From the first day of a change, the history already
 * contains it. It is subtracted there before the next days are forecast, and added to them again, so that it counts once.
 */
export function sumChangeEffects(changes: readonly ForecastChange[], first: number, count: number): Float64Array {
  const effect = new Float64Array(count);
  for (const change of changes) {
    const { dailyAmount } = change;
    if (dailyAmount === null) continue;
    const [begin, end] = findStepRange(change, first, count);
    for (let at = begin; at < end; at += 1) effect[at] = (effect[at] as number) + Number(dailyAmount);
  }
  return effect;
}
