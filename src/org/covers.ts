import { type Subject, subjectFields } from './schema.ts';

/** Whether a cost with this subject counts where `covered` does: it has all of its fields. {} covers everything. */
export function covers(covered: Subject, subject: Subject): boolean {
  return subjectFields.every((field) => covered[field] === undefined || covered[field] === subject[field]);
}
