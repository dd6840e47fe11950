import { z } from 'zod';
import type { Instant } from '../../../platform/units/index.ts';
import { parseInstant } from './dates.ts';

/**
 * Used fields of a manifest of AWS Data Exports (CUR 2.0, FOCUS). AWS does not publish its schema; unused fields are
 * not checked.
 */
export const DataExportManifest = z.looseObject({
  executionId: z.string().optional(),
  exportArn: z.string().optional(),
  exportName: z.string().optional(),
  dataFiles: z.array(z.string()).optional(),
  // An earlier spelling, found in exports that imitate a Cost and Usage Report.
  reportKeys: z.array(z.string()).optional(),
});
export type DataExportManifest = z.infer<typeof DataExportManifest>;

/** Used fields of a manifest of an AWS Cost and Usage Report (legacy). */
export const CurManifest = z.looseObject({
  assemblyId: z.string().min(1),
  account: z.string().optional(),
  reportName: z.string().optional(),
  billingPeriod: z.looseObject({ start: z.string(), end: z.string() }).optional(),
  reportKeys: z.array(z.string()),
});
export type CurManifest = z.infer<typeof CurManifest>;

/** `arn:aws:bcm-data-exports:us-east-1:123456789012:export/daily-…` -> `123456789012`. */
export function parseArnAccount(arn: string | undefined): string | null {
  const account = arn?.split(':')[4] ?? '';
  return /^\d{6,}$/.test(account) ? account : null;
}

/**
 * Production time of an assembly or execution whose id or folder begins with a timestamp: `20220503T120125Z`,
 * `2025-12-28T13:14:37.728Z-8c5a76cc-…`. Null for a bare UUID.
 */
export function parseRunTime(id: string): Instant | null {
  const text = /^(\d{8}T\d{6}Z|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z)(-|$)/.exec(id)?.[1];
  return text === undefined ? null : parseInstant(text);
}
