import { z } from 'zod';

const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const isRealDay = (text: string) => new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);

export const ReturnDay = z
  .string()
  .regex(DAY, 'a day such as "2026-11-03"')
  .refine((text) => !DAY.test(text) || isRealDay(text), 'a day that exists')
  .describe('Calendar day in UTC, YYYY-MM-DD');

export const ReturnDimension = z
  .enum(['model', 'team', 'feature', 'customer', 'endpoint', 'version', 'experiment'])
  .describe(
    'Subject of a row: model, owning team, feature or customer tag of outcome events, endpoint, version, experiment',
  );
export type ReturnDimension = z.infer<typeof ReturnDimension>;
