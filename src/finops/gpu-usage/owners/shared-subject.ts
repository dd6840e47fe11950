import type { Subject } from '../../../org/schema.ts';

/** The fields that two subjects share. */
export function intersectSubjects(a: Subject, b: Subject): Subject {
  const same = Object.entries(a).filter(([field, value]) => b[field as keyof Subject] === value);
  return Object.fromEntries(same);
}
