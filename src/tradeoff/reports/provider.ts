import type { Read } from '../../platform/http/index.ts';
import type { ReportSchedule, ReportSection } from './schema.ts';
import type { ReportWindow } from './window.ts';

/** Inputs of a section. */
export interface SectionQuestion {
  /** Answers of the endpoints that the commands and pages use: no section has another formula. */
  readonly read: Read;
  readonly schedule: ReportSchedule;
  readonly window: ReportWindow;
  readonly before: ReportWindow;
  /** null: all teams. */
  readonly team: string | null;
  /** Unix milliseconds. */
  readonly now: number;
}

export type BuiltSection = Omit<ReportSection, 'id' | 'title'>;

/** Builds one section. A new section is a provider in the list of `index.ts` and an id in `audiences.ts`. */
export interface SectionProvider {
  readonly id: string;
  readonly title: string;
  /**
   * `window`: figures of the window, which can be read later. `present`: figures of the present, left out of a report on a window that
   * has ended more than seven days ago.
   */
  readonly of: 'window' | 'present';
  /** null: the section cannot be limited to the team; it is left out with that reason. */
  build(question: SectionQuestion): Promise<BuiltSection | null>;
}
