import { z } from 'zod';

export const Audience = z
  .enum(['leadership', 'finance', 'platform', 'data-science', 'ml-engineering'])
  .describe('Audience of a report: its selection and order of sections');
export type Audience = z.infer<typeof Audience>;

export const ReportSchedule = z
  .enum(['weekly', 'monthly'])
  .describe('weekly: an ISO week, Monday to Sunday UTC; monthly: a calendar month UTC');
export type ReportSchedule = z.infer<typeof ReportSchedule>;

/** False for week 53 of a year with 52. */
function isRealWeek(text: string): boolean {
  const [year = 0, week = 0] = text.split('-W').map(Number);
  const lastDay = new Date(Date.UTC(year, 11, 28));
  const monday = Date.UTC(year, 0, 4) - ((new Date(Date.UTC(year, 0, 4)).getUTCDay() + 6) % 7) * 86_400_000;
  return week <= Math.floor((lastDay.getTime() - monday) / (7 * 86_400_000)) + 1;
}

export const IsoWeek = z
  .string()
  .regex(/^\d{4}-W(0[1-9]|[1-4]\d|5[0-3])$/, 'an ISO week such as "2026-W47"')
  .refine((text) => !/^\d{4}-W\d{2}$/.test(text) || isRealWeek(text), 'a week that exists')
  .describe('ISO week in UTC, YYYY-Www');
