import { useQuery } from '@tanstack/react-query';
import { getReport, listReports, type ReportDocument, showReport } from '../../../src/tradeoff/reports/schema.ts';
import { endpointQuery } from '../client.ts';
import type { ReportsSearch } from './reports-search.ts';

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
    select: ({ document }): ReportDocument => document,
  });
  const sent = useQuery({
    ...endpointQuery(showReport, { params: { report: report ?? '' } }),
    enabled: report !== undefined,
    select: ({ document }): ReportDocument => document,
  });
  return report === undefined ? preview : sent;
}
