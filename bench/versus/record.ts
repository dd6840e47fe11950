import type { CaseReport, Comparison, Figure } from '../report.ts';
import type { Session } from './session.ts';
import { targetLines } from './targets.ts';

/** Measurements and answers of every side, by case. */
export interface Record {
  of(subject: string, name: string): Pick<Session, 'subject' | 'measured' | 'answered'>;
  failed(subject: string, name: string, message: string): void;
  report(name: string, title: string): CaseReport;
  /** Questions that the sides did not answer alike, and our own failures. */
  differences(): string[];
}

export function createRecord(subjects: readonly string[]): Record {
  const figures = new Map<string, Map<string, Figure>>();
  const answers = new Map<string, Map<string, string>>();
  const failures: { subject: string; name: string; message: string }[] = [];

  const comparisons = (name: string): Comparison[] =>
    [...figures]
      .filter(([key]) => key.startsWith(`${name}\n`))
      .map(([key, bySubject]) => ({
        measure: key.slice(name.length + 1),
        figures: subjects.map((subject) => bySubject.get(subject) ?? null),
      }));

  return {
    of: (subject, name) => ({
      subject,
      measured(measure, unit, value) {
        const key = `${name}\n${measure}`;
        const figure: Figure = { measure, subject, unit, values: [value] };
        figures.set(key, (figures.get(key) ?? new Map()).set(subject, figure));
      },
      answered(question, answer) {
        answers.set(question, (answers.get(question) ?? new Map()).set(subject, JSON.stringify(answer)));
      },
    }),
    failed: (subject, name, message) => failures.push({ subject, name, message }),
    report(name, title) {
      const rows = comparisons(name);
      const failed = failures.filter((failure) => failure.name === name);
      const notes = [
        ...targetLines(rows),
        ...failed.map(({ subject, message }) => `${subject} failed: ${message.split('\n')[0]?.slice(0, 300)}`),
      ];
      return { name, title, subjects, comparisons: rows, budgets: [], notes };
    },
    differences() {
      const different = [...answers].flatMap(([question, bySubject]) =>
        new Set(bySubject.values()).size > 1 ? [`Not answered alike: ${question}.`] : [],
      );
      return [...different, ...failures.filter(({ subject }) => subject === subjects[0]).map((f) => f.message)];
    },
  };
}
