import { useQuery } from '@tanstack/react-query';
import type { ResponseOf } from '../../../src/platform/contract/schema.ts';
import { getReport, listReports, type ReportDocument, showReport } from '../../../src/tradeoff/reports/schema.ts';
import { endpointQuery } from '../client.ts';
import type { ReportsSearch } from './reports-search.ts';

export interface ShownReport {
  readonly document: ReportDocument;
  /** Comparison with the report that was sent or first made; null: this is that report. */
  readonly restatedSince: ResponseOf<typeof getReport>['restatedSince'];
}

export function useReports() {
  return useQuery(endpointQuery(listReports));
}

/** The preview that the search asks for, or the report that was sent. */
export function useReport(search: ReportsSearch, team: string | undefined) {
  const { audience = 'leadership', schedule = 'weekly', week, report } = search;
  const query = { audience, schedule, ...(schedule === 'weekly' ? { week } : {}), team };
  const preview = useQuery({
    ...endpointQuery(getReport, { query }),
    enabled: report === undefined,
    select: ({ document, restatedSince }): ShownReport => ({ document, restatedSince }),
  });
  const sent = useQuery({
    ...endpointQuery(showReport, { params: { report: report ?? '' } }),
    enabled: report !== undefined,
    select: ({ document }): ShownReport => ({ document, restatedSince: null }),
  });
  return report === undefined ? preview : sent;
}
