import { z } from 'zod';
import { endpoint, SMALL_BODY_LIMIT_BYTES } from '../../platform/contract/schema.ts';
import { NotifyTarget } from '../../platform/notices/schema.ts';
import {
  Currency,
  decimal,
  formatMoneyText,
  groupThousands,
  Month,
  Period,
  UtcInstant,
} from '../../platform/units/schema.ts';
import { Audience, IsoWeek, ReportSchedule } from './asked/schema.ts';

export { Audience, IsoWeek, ReportSchedule } from './asked/schema.ts';

export const ReportCell = z
  .strictObject({
    kind: z
      .enum(['text', 'money', 'count', 'ratio', 'hours'])
      .describe('text; money: exact amount in `currency`; count; ratio: 0 to 1; hours'),
    value: z.string().nullable().describe('Text, or exact decimal; null: unknown'),
    currency: Currency.nullable().describe('Currency of money; null for the others'),
    reason: z.string().nullable().describe('Reason for an unknown value; null when known'),
    link: z.string().nullable().describe('Path of the page that shows it; null: none'),
  })
  .describe('Figure or text of a report');
export type ReportCell = z.infer<typeof ReportCell>;

/** Text of a figure: `–` when unknown. A ratio is a percentage; money has the digits of its currency. */
export function formatReportCell({ kind, value, currency }: ReportCell): string {
  if (value === null) return '–';
  if (kind === 'money' && currency !== null) return formatMoneyText({ amount: decimal(value).toFixed(2), currency });
  if (kind === 'ratio') return `${decimal(value).times(100).toFixed(1)} %`;
  if (kind === 'hours') return groupThousands(decimal(value).toFixed(1));
  return kind === 'count' ? groupThousands(value) : value;
}

export const ReportRow = z
  .strictObject({
    key: z.string().describe('Identity of the row within the section, the same in every report'),
    cells: z.array(ReportCell).describe('One for each column'),
  })
  .describe('Row of a section');
export type ReportRow = z.infer<typeof ReportRow>;

export const ReportSection = z
  .strictObject({
    id: z.string().describe('Id of the section, such as `movers`'),
    title: z.string().describe('Title'),
    link: z.string().nullable().describe('Path of the page with all of it; null: none'),
    columns: z.array(z.string()).describe('Column titles'),
    rows: z.array(ReportRow).describe('Rows; empty: there is nothing to report'),
    others: z.number().int().describe('Rows that are not listed'),
    empty: z.string().describe('Sentence for a section without rows'),
    notes: z.array(z.string()).describe('Basis of the figures, and the data that is left out'),
  })
  .describe('Section of a report');
export type ReportSection = z.infer<typeof ReportSection>;

export const ReportDocument = z
  .strictObject({
    schedule: ReportSchedule,
    audience: Audience,
    team: z.string().nullable().describe('Only this team; null: all'),
    name: z.string().describe('Window by name: `2026-W47` or `2026-10`'),
    window: Period.describe('Window of the figures'),
    before: Period.describe('Window of the comparison'),
    metric: z.literal('effective').describe('Cost metric of every cost figure'),
    currencies: z.array(Currency).describe('Currencies of the figures; no figure converts between them'),
    knownAt: UtcInstant.describe(
      'Time at which these figures were first read: later bills, labels and prices are not in them',
    ),
    sections: z.array(ReportSection).describe('In the order of the audience'),
    leftOut: z.array(z.string()).describe('Sections and figures that are left out, with the reason'),
  })
  .describe('A report');
export type ReportDocument = z.infer<typeof ReportDocument>;

export const RestatedFigure = z
  .strictObject({
    section: z.string().describe('Id of the section'),
    row: z.string().describe('Key of the row'),
    column: z.string().describe('Column title'),
    before: ReportCell.nullable().describe('As sent or first made; null: the row was not in the report'),
    now: ReportCell.nullable().describe('As known now; null: the row is no longer in the report'),
  })
  .describe('Figure that differs from the report as sent or first made');
export type RestatedFigure = z.infer<typeof RestatedFigure>;

export const SentReport = z
  .strictObject({
    report: z.string().describe('Id'),
    source: z.string().describe('Name of the Report document'),
    schedule: ReportSchedule,
    audience: Audience,
    team: z.string().nullable().describe('Only this team; null: all'),
    name: z.string().describe('Window by name'),
    knownAt: UtcInstant.describe('Time at which its figures were read'),
    htmlSha256: z.string().describe('SHA-256 of the HTML that was sent'),
  })
  .describe('A report that was sent');
export type SentReport = z.infer<typeof SentReport>;

const named = z.string().min(1).max(250);

/** `kind: Report` of `steelyard apply`. */
export const ReportSpec = z
  .strictObject({
    audience: Audience,
    schedule: ReportSchedule,
    team: named.optional().describe('Only this team; default: all'),
    to: z
      .strictObject({
        routes: z.array(named).max(20).default([]).describe('Notification routes, whatever they match'),
        notify: z.array(NotifyTarget).max(20).default([]).describe('Recipients; e-mail gets the report as HTML'),
      })
      .refine(({ routes, notify }) => routes.length + notify.length > 0, 'at least one route or recipient')
      .describe('Recipients of the report'),
  })
  .describe('A scheduled report: sent at 06:00 UTC on the day after its window');
export type ReportSpec = z.output<typeof ReportSpec>;

const Question = {
  schedule: ReportSchedule,
  audience: Audience.default('leadership'),
  week: IsoWeek.optional().describe('With weekly; default: the last complete week'),
  month: Month.optional().describe('With monthly; default: the last complete month'),
  team: named.optional().describe('Only this team; default: all'),
};

export const getReport = endpoint({
  method: 'GET',
  path: '/api/v1/reports/preview',
  scope: 'tradeoff.read',
  reads: 'team',
  summary: 'Get the report of a week or month for an audience, as known now or as a report that was sent',
  query: z.strictObject({
    ...Question,
    knownAt: UtcInstant.optional().describe(
      'The newest report of this window that was sent, or else made, up to this time; default: the figures as known now',
    ),
  }),
  response: z.strictObject({
    document: ReportDocument,
    html: z.string().describe('The document as self-contained HTML'),
    restatedSince: z
      .strictObject({
        report: z
          .string()
          .nullable()
          .describe('Report that was sent; null: none was sent, and the first report that was made is compared'),
        knownAt: UtcInstant.describe('Time at which its figures were read'),
        figures: z.array(RestatedFigure).describe('Figures that differ; empty: none'),
      })
      .nullable()
      .describe(
        'Comparison with the newest report of this window that was sent, or with the first that was made; null: this is the first',
      ),
  }),
  errors: ['report_not_found', 'invalid_request'],
});

export const listReports = endpoint({
  method: 'GET',
  path: '/api/v1/reports',
  scope: 'tradeoff.read',
  reads: ['money', 'team'],
  summary: 'List reports that were sent, newest first, and the scheduled reports',
  response: z.strictObject({
    reports: z.array(SentReport).describe('The newest 200'),
    scheduled: z
      .array(
        z.strictObject({
          name: z.string().describe('Name of the Report document'),
          audience: Audience,
          schedule: ReportSchedule,
          team: z.string().nullable().describe('Only this team; null: all'),
          nextAt: UtcInstant.describe('Time of the next report'),
        }),
      )
      .describe('By name'),
  }),
  errors: [],
});

export const showReport = endpoint({
  method: 'GET',
  path: '/api/v1/reports/sent/:report',
  scope: 'tradeoff.read',
  summary: 'Get a report as it was sent, byte by byte',
  params: z.strictObject({ report: z.string().min(1).max(64).describe('Id of the report') }),
  response: z.strictObject({
    ...SentReport.shape,
    document: ReportDocument,
    html: z.string().describe('The HTML that was sent'),
  }),
  errors: ['report_not_found'],
});

export const deleteReport = endpoint({
  method: 'DELETE',
  path: '/api/v1/reports/scheduled/:name',
  scope: 'platform.apply',
  summary: 'Delete a scheduled report; reports that were sent stay',
  params: z.strictObject({ name: named.describe('Name of the Report document') }),
  bodyLimitBytes: SMALL_BODY_LIMIT_BYTES,
  response: z.strictObject({ deleted: z.boolean().describe('true') }),
  errors: ['report_not_found'],
});
