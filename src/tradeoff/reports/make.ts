import { AppError } from '../../platform/errors/index.ts';
import type { Read } from '../../platform/http/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import { AUDIENCES } from './audiences.ts';
import type { SectionProvider, SectionQuestion } from './provider.ts';
import type { Audience, ReportDocument, ReportSchedule, ReportSection } from './schema.ts';
import { findWindowBefore, type ReportWindow } from './window.ts';

export interface MakingDeps {
  readonly read: Read;
  readonly providers: readonly SectionProvider[];
}

export interface ReportQuestion {
  readonly schedule: ReportSchedule;
  readonly audience: Audience;
  readonly team: string | null;
  readonly window: ReportWindow;
}

/** Figures of the present belong to a window that has just ended, and not to an older one. */
const PRESENT_FOR_MS = 7 * DAY_MS;

/** The report with the figures as known at `now`, Unix milliseconds. */
export async function makeReport(
  { read, providers }: MakingDeps,
  { schedule, audience, team, window }: ReportQuestion,
  now: number,
): Promise<ReportDocument> {
  const before = findWindowBefore(schedule, window);
  const question: SectionQuestion = { read, schedule, window, before, team, now };
  const sections: ReportSection[] = [];
  const leftOut: string[] = [];
  if (window.end > now) leftOut.push(`${window.name} is not over: its later days are in no figure.`);
  for (const id of AUDIENCES[audience]) {
    const provider = providers.find((one) => one.id === id);
    if (provider === undefined) continue;
    const built = await buildSection(provider, question);
    if (typeof built === 'string') leftOut.push(`${provider.title}: ${built}`);
    else sections.push(built);
  }
  const period = ({ start, end }: ReportWindow) => ({
    start: new Date(start).toISOString(),
    end: new Date(end).toISOString(),
  });
  return {
    ...{ schedule, audience, team, name: window.name, window: period(window), before: period(before) },
    ...{ metric: 'effective', currencies: listCurrencies(sections), knownAt: new Date(now).toISOString() },
    ...{ sections, leftOut },
  };
}

/** The section, or the reason that it is left out. */
async function buildSection(provider: SectionProvider, question: SectionQuestion): Promise<ReportSection | string> {
  const { id, title, of } = provider;
  if (of === 'present' && question.now > question.window.end + PRESENT_FOR_MS) {
    return 'figures of the present, and the window ended more than seven days ago.';
  }
  try {
    const built = await provider.build(question);
    return built === null ? 'cannot be limited to a team.' : { id, title, ...built };
  } catch (error) {
    // One section that cannot be computed, such as costs without a bill, is stated and not hidden.
    if (!(error instanceof AppError)) throw error;
    return error.message;
  }
}

function listCurrencies(sections: readonly ReportSection[]): string[] {
  const cells = sections.flatMap(({ rows }) => rows.flatMap((row) => row.cells));
  return [...new Set(cells.flatMap(({ currency }) => (currency === null ? [] : [currency])))].toSorted();
}
