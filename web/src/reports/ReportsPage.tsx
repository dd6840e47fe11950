import { useNavigate, useSearch } from '@tanstack/react-router';
import { Audience, type ReportDocument, type ReportSchedule } from '../../../src/tradeoff/reports/schema.ts';
import { counted } from '../format/number.ts';
import { formatDate, formatInstant } from '../format/time.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { Choice } from '../parts/Choice.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Page } from '../parts/Page.tsx';
import { Select } from '../parts/Select.tsx';
import { ReportSectionCard } from './ReportSectionCard.tsx';
import { RestatedCard } from './RestatedCard.tsx';
import { SentReports } from './SentReports.tsx';
import { useReport, useReports } from './use-report.ts';

const HEIGHT = 900;
const SENT_HEIGHT = 160;
const AUDIENCES = Audience.options.map((value) => ({ value, label: value.replace('-', ' ') }));
const SCHEDULES = [
  { value: 'weekly', label: 'Week' },
  { value: 'monthly', label: 'Month' },
] as const;

/** The report of a window for an audience, and the reports that were sent. */
export function ReportsPage() {
  const search = useSearch({ from: '/reports' });
  const navigate = useNavigate({ from: '/reports' });
  const query = useReport(search, search.team);
  const reports = useReports();
  const { audience = 'leadership', schedule = 'weekly' } = search;
  const choose = (chosen: { readonly audience?: Audience; readonly schedule?: ReportSchedule }) =>
    void navigate({ search: { team: search.team, audience, schedule, ...chosen } });
  const answer = () => {
    if (query.data !== undefined) return describeReport(query.data.document, search.report !== undefined);
    return query.error === null ? <AnswerPending /> : query.error.message;
  };
  return (
    <Page title="Reports" answer={answer()}>
      <div className={layout.stack}>
        <div className={layout.bar}>
          <Select
            label="Audience"
            value={audience}
            options={AUDIENCES}
            onChange={(value) => choose({ audience: Audience.parse(value) })}
          />
          <Choice
            label="Window"
            value={schedule}
            options={SCHEDULES}
            onChange={(value) => choose({ schedule: value })}
          />
        </div>
        <Loaded query={query} what="The report" height={HEIGHT}>
          {({ document, restatedSince }) => (
            <div className={layout.stack}>
              {restatedSince !== null && <RestatedCard document={document} restated={restatedSince} />}
              {document.sections.map((section) => (
                <ReportSectionCard key={section.id} section={section} />
              ))}
              {document.leftOut.length > 0 && (
                <Card title="Left out">
                  <ul>
                    {document.leftOut.map((line) => (
                      <li key={line}>{line}</li>
                    ))}
                  </ul>
                </Card>
              )}
            </div>
          )}
        </Loaded>
        <Card title="Sent reports" flush>
          <Loaded query={reports} what="The sent reports" height={SENT_HEIGHT}>
            {(data) => <SentReports reports={data.reports} />}
          </Loaded>
        </Card>
      </div>
    </Page>
  );
}

function describeReport(
  { name, audience, team, window, metric, currencies, knownAt, sections }: ReportDocument,
  isSent: boolean,
) {
  const last = formatDate(new Date(Date.parse(window.end) - 1).toISOString());
  const scope = team === null ? '' : ` of team ${team}`;
  const money = currencies.length === 0 ? '' : ` in ${currencies.join(', ')}`;
  return `${name} for ${audience.replace('-', ' ')}${scope}: ${counted(sections.length, 'section')} of ${formatDate(window.start)} to ${last}, ${metric} cost${money}, ${isSent ? 'as sent, ' : ''}as known at ${formatInstant(knownAt)}.`;
}
