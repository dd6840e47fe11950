import type { Subject } from '../../org/schema.ts';
import type { Read } from '../../platform/http/index.ts';
import type { ReportSchedule, ReportSection } from './schema.ts';
import type { ReportWindow } from './window.ts';

/** Teams that own the things of a report; null: no known owner. Implemented by bridges; injected by main. */
export interface ReportOwners {
  readonly ofModel: (model: string) => Promise<string | null>;
  readonly ofEndpoint: (endpoint: string) => Promise<string | null>;
  readonly ofSubject: (subject: Subject) => Promise<string | null>;
}

/** Inputs of a section. */
export interface SectionQuestion {
  /** Answers of the endpoints that the commands and pages use: no section has another formula. */
  readonly read: Read;
  readonly owners: ReportOwners;
  readonly schedule: ReportSchedule;
  readonly window: ReportWindow;
  readonly before: ReportWindow;
  /** The section has figures of this team only; null: all teams. */
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
   * `window`: figures of the window, which are the same whenever they are read, until a fact of the window changes. `present`: figures of
   * the present. They are kept from the first report of the window, and left out when that was made more than seven days after its end.
   */
  readonly of: 'window' | 'present';
  /** string: the reason that the section is left out. */
  build(question: SectionQuestion): Promise<BuiltSection | string>;
}
