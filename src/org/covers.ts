import { type Subject, subjectFields } from './schema.ts';

/** Whether `covered` includes a cost with this subject: the subject has all fields of `covered`. {} includes everything. */
export function covers(covered: Subject, subject: Subject): boolean {
  return subjectFields.every((field) => covered[field] === undefined || covered[field] === subject[field]);
}
