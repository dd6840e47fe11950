import type { Scope } from '../../platform/contract/schema.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Read } from '../../platform/http/index.ts';
import type { DateRange } from '../../platform/units/date-range.ts';
import { decimal, decimalString, formatMoneyText, formatRangeText } from '../../platform/units/index.ts';
import type { SavedView } from '../views/schema.ts';
import { COSTS, type FiguresQuestion, readFigures } from './figures.ts';
import type { ViewFigures, ViewMessage, ViewSummary } from './schema.ts';
import { findSummary, type PageSummary, type SummaryOwners } from './summaries/index.ts';

const LINK_ONLY =
  'Messages have figures for views of Overview, Costs, Budgets, Forecasts, Anomalies, Savings, Registry, Endpoints and Monitoring; this one has the link only.';
const COSTS_SCOPES: readonly Scope[] = ['finops.read'];
const METRIC_NAMES: Readonly<Record<string, string>> = {
  effectiveCost: 'effective cost',
  billedCost: 'billed cost',
  listCost: 'list cost',
  contractedCost: 'contracted cost',
};

export interface MessageQuestion extends FiguresQuestion {
  /** Reason that the message must not have figures; null: it may. */
  readonly withheld: string | null;
}

type MessageView = Pick<SavedView, 'name' | 'path' | 'search'>;

export interface MessageDeps {
  readonly read: Read;
  readonly owners: SummaryOwners;
}

/** Scopes that the figures of a view need; none for a page without figures. */
export function listScopes({ path }: Pick<SavedView, 'path'>): readonly Scope[] {
  return path === COSTS ? COSTS_SCOPES : (findSummary(path)?.scopes ?? []);
}

/** The message of a view: its headline figures and a link, or the link with the reason that there are no figures. */
export async function makeMessage(
  deps: MessageDeps,
  view: MessageView,
  { withheld, ...question }: MessageQuestion,
): Promise<ViewMessage> {
  const summary = findSummary(view.path);
  const reason = view.path === COSTS || summary !== undefined ? withheld : LINK_ONLY;
  if (reason !== null) return writeLinkOnly(view, reason);
  try {
    return summary === undefined ? await writeFigures(deps, view, question) : await writeSummary(deps, view, summary);
  } catch (error) {
    // Without a bill there is no figure; the link still opens the page.
    if (!(error instanceof AppError)) throw error;
    return writeLinkOnly(view, error.message);
  }
}

async function writeFigures({ read }: MessageDeps, view: MessageView, question: FiguresQuestion): Promise<ViewMessage> {
  const { figures, link } = await readFigures(read, view, question);
  const title = [
    toLine(view.name),
    ...figures.totals.slice(0, 1).map((total) => `: ${describeTotal(total, null)}`),
  ].join('');
  const text = [title, ...describeFigures(figures)].join('\n');
  return { title, text, link, figures, summary: null, reason: null };
}

async function writeSummary({ read, owners }: MessageDeps, view: MessageView, page: PageSummary): Promise<ViewMessage> {
  const search = new URLSearchParams(view.search);
  const summary = await page.read({ read, owners, search, team: search.get('team') });
  const title = `${toLine(view.name)}: ${summary.headline}`;
  const text = [title, ...describeLines(summary)].join('\n');
  return { title, text, link: `${view.path}${view.search}`, figures: null, summary, reason: null };
}

function describeLines({ lines, others, notes }: ViewSummary): string[] {
  return [
    ...lines.map(({ label, text }) => `- ${toLine(label)}: ${toLine(text)}`),
    ...(others === 0 ? [] : [`and ${others} more.`]),
    ...notes,
  ];
}

function writeLinkOnly({ name, path, search }: MessageView, reason: string): ViewMessage {
  const title = toLine(name);
  return { title, text: [title, reason].join('\n'), link: `${path}${search}`, figures: null, summary: null, reason };
}

/** A name as one line. */
const toLine = (name: string) => name.replace(/\s+/g, ' ');

function describeFigures({ period, compared, metric, totals, rows, others, notes }: ViewFigures): string[] {
  const name = METRIC_NAMES[metric] ?? metric;
  const isCompared = totals.some(({ before }) => before !== null);
  return [
    `${period === null ? 'All bills' : describeRange(period)}, ${name}.`,
    ...(totals.length === 0 ? ['Nothing was charged in this period.'] : []),
    ...totals.map((total) => `Total: ${describeTotal(total, compared)}.`),
    ...rows.map((row) => `- ${row.label}: ${describeTotal(row, isCompared ? 'short' : null)}`),
    ...(others === 0 ? [] : [`and ${others} more.`]),
    ...notes,
  ];
}

interface Amounts {
  readonly currency: string;
  readonly amount: string;
  readonly before: string | null;
}

/** Example: `$1,200, 20.0% ($200) more than 1 to 18 Oct 2026 UTC`. */
function describeTotal({ currency, amount, before }: Amounts, compared: DateRange | 'short' | null): string {
  const money = formatMoneyText({ amount: decimal(amount).toFixed(2), currency });
  if (compared === null) return money;
  const than = compared === 'short' ? '' : ` than ${describeRange(compared)}`;
  if (before === null)
    return `${money}, nothing charged ${compared === 'short' ? 'before' : `in ${describeRange(compared)}`}`;
  const change = decimal(amount).minus(before);
  const sameAs = compared === 'short' ? 'unchanged' : `the same as in ${describeRange(compared)}`;
  if (change.abs().lessThan('0.005')) return `${money}, ${sameAs}`;
  const word = change.isNegative() ? 'less' : 'more';
  const difference = formatMoneyText({ amount: decimalString(change.abs().toFixed(2)), currency });
  const share =
    decimal(before).isPositive() && !decimal(before).isZero()
      ? formatShare(change.abs().dividedBy(before).times(100))
      : null;
  return `${money}, ${share === null ? difference : `${share} (${difference})`} ${word}${than}`;
}

function formatShare(percent: ReturnType<typeof decimal>): string {
  return percent.greaterThanOrEqualTo(1000) ? 'over 1,000%' : `${percent.toFixed(1)}%`;
}

function describeRange({ from, to }: DateRange): string {
  const text = formatRangeText(from, to);
  return from.length === 'YYYY-MM'.length ? text : `${text} UTC`;
}
