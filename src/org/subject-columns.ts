import { type Subject, subjectFields } from './schema.ts';

/** How a table of the store keeps a subject: a column for each field, null where the subject has none. */
export type SubjectColumns = { [Field in keyof Subject as `subject_${Field}`]-?: string | null };

export function toSubjectColumns(subject: Subject): SubjectColumns {
  return Object.fromEntries(
    subjectFields.map((field) => [`subject_${field}`, subject[field] ?? null]),
  ) as SubjectColumns;
}

export function toSubject(row: SubjectColumns): Subject {
  return Object.fromEntries(
    subjectFields.flatMap((field) => {
      const value = row[`subject_${field}`];
      return value === null ? [] : [[field, value]];
    }),
  ) as Subject;
}
