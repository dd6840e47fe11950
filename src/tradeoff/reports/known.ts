import { isDeepStrictEqual } from 'node:util';
import type { Read } from '../../platform/http/index.ts';
import { renderReportHtml } from './html.ts';
import { makeReport, type ReportQuestion } from './make.ts';
import { findRestated } from './restated.ts';
import type { ReportDocument, RestatedFigure } from './schema.ts';
import type { SendingDeps } from './send.ts';
import { type FullReport, findKnown, findSentOf, keepKnown } from './store.ts';
import { computeSendTime } from './window.ts';

export interface KnownReport {
  readonly document: ReportDocument;
  readonly html: string;
  /** Comparison with the first report of the window; null: this is the first. */
  readonly restatedSince: {
    /** Id of the report that was sent; null: none was sent, and the first one that was made is compared. */
    readonly report: string | null;
    readonly knownAt: string;
    readonly figures: RestatedFigure[];
  } | null;
}

/**
 * The report with the figures as known now. The first report of a window that is over is kept, and the latest one: as long as the facts of
 * the window are the same, the answer has the same bytes, with the time at which these figures were read first.
 */
export async function readKnownReport(deps: SendingDeps, question: ReportQuestion): Promise<KnownReport> {
  const now = deps.clock.now();
  if (now < computeSendTime(question.window)) return toKnown(deps, await makeReport(deps, question, now));
  const { sent, kept } = await readKept(deps, question, now);
  const first = sent?.document ?? kept[0] ?? null;
  const made = await makeReport(deps, question, now, first);
  if (sent !== null && isSame(sent.document, made)) return { ...toSent(sent), restatedSince: compare(sent, made) };
  const same = kept.find((one) => isSame(one, made));
  if (same === undefined) await keepKnown(deps.store, question, made);
  const document = same ?? made;
  return toKnown(deps, document, first === null || first === document ? null : compare(sent ?? first, document));
}

/** The report as far as the caller may read its figures: neither kept nor compared, because the kept reports have those of all callers. */
export async function readLimitedReport(deps: SendingDeps, read: Read, question: ReportQuestion): Promise<KnownReport> {
  return toKnown(deps, await makeReport({ ...deps, read }, question, deps.clock.now()));
}

/** The newest report of the window that was sent, or else made, up to `knownAt`, Unix milliseconds; null: none. */
export async function readReportAt(
  deps: SendingDeps,
  question: ReportQuestion,
  knownAt: number,
): Promise<Pick<KnownReport, 'document' | 'html'> | null> {
  const { sent, kept } = await readKept(deps, question, knownAt);
  if (sent !== null) return toSent(sent);
  const document = kept.at(-1);
  return document === undefined ? null : toKnown(deps, document);
}

async function readKept({ store }: SendingDeps, question: ReportQuestion, until: number) {
  const { audience, team, window } = question;
  const sent = await findSentOf(store, { audience, team, name: window.name }, until);
  return { sent, kept: await findKnown(store, question, until) };
}

const toSent = ({ document, html }: FullReport) => ({ document, html });

function toKnown(
  { publicUrl }: SendingDeps,
  document: ReportDocument,
  restatedSince: KnownReport['restatedSince'] = null,
): KnownReport {
  return { document, html: renderReportHtml(document, publicUrl), restatedSince };
}

function compare(first: FullReport | ReportDocument, now: ReportDocument): KnownReport['restatedSince'] {
  const [report, document] = 'report' in first ? [first.report, first.document] : [null, first];
  return { report, knownAt: document.knownAt, figures: findRestated(document, now) };
}

/** Whether the reports differ in nothing but the time at which they were read. */
function isSame(one: ReportDocument, other: ReportDocument): boolean {
  return isDeepStrictEqual({ ...one, knownAt: null }, { ...other, knownAt: null });
}
