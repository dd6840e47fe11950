import { AppError } from '../../platform/errors/index.ts';
import type { Read } from '../../platform/http/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import { formatInstantText } from '../../platform/units/index.ts';
import { AUDIENCES } from './audiences.ts';
import type { BuiltSection, ReportOwners, SectionProvider, SectionQuestion } from './provider.ts';
import type { Audience, ReportDocument, ReportSchedule, ReportSection } from './schema.ts';
import { findWindowBefore, type ReportWindow } from './window.ts';

export interface MakingDeps {
  readonly read: Read;
  readonly owners: ReportOwners;
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
const OF_THE_PRESENT =
  'figures of the present, and the first report of the window was made more than seven days after its end.';

/**
 * The report with the figures as known at `now`, Unix milliseconds. Sections of the present are those of `first`, the first report of the
 * window, where there is one: figures of the present cannot be read again later.
 */
export async function makeReport(
  { read, owners, providers }: MakingDeps,
  { schedule, audience, team, window }: ReportQuestion,
  now: number,
  first: ReportDocument | null = null,
): Promise<ReportDocument> {
  const before = findWindowBefore(schedule, window);
  const question: SectionQuestion = { read, owners, schedule, window, before, team, now };
  const sections: ReportSection[] = [];
  const leftOut: string[] = [];
  if (window.end > now) leftOut.push(`${window.name} is not over: its later days are in no figure.`);
  for (const id of AUDIENCES[audience]) {
    const provider = providers.find((one) => one.id === id);
    if (provider === undefined) continue;
    const isKept = first !== null && provider.of === 'present';
    const built = isKept ? findKept(provider, first) : await buildSection(provider, question);
    if (typeof built === 'string') leftOut.push(`${provider.title}: ${built}`);
    else sections.push({ id, title: provider.title, ...built });
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
async function buildSection(provider: SectionProvider, question: SectionQuestion): Promise<BuiltSection | string> {
  const { of } = provider;
  if (of === 'present' && question.now > question.window.end + PRESENT_FOR_MS) {
    return OF_THE_PRESENT;
  }
  try {
    const built = await provider.build(question);
    if (typeof built === 'string' || of === 'window') return built;
    return { ...built, notes: [`As of ${formatInstantText(question.now)}.`, ...built.notes] };
  } catch (error) {
    // One section that cannot be computed, such as costs without a bill, is stated and not hidden.
    if (!(error instanceof AppError)) throw error;
    return error.message;
  }
}

/** The section as the first report of the window has it, or its reason for leaving it out. */
function findKept({ id, title }: SectionProvider, { sections, leftOut }: ReportDocument): BuiltSection | string {
  const start = `${title}: `;
  const line = leftOut.find((one) => one.startsWith(start));
  return sections.find((one) => one.id === id) ?? line?.slice(start.length) ?? OF_THE_PRESENT;
}

function listCurrencies(sections: readonly ReportSection[]): string[] {
  const cells = sections.flatMap(({ rows }) => rows.flatMap((row) => row.cells));
  return [...new Set(cells.flatMap(({ currency }) => (currency === null ? [] : [currency])))].toSorted();
}
