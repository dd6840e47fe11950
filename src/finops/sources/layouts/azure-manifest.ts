import { z } from 'zod';
import type { Instant } from '../../../platform/units/index.ts';
import type { ChargeDates } from '../../billing/index.ts';
import type { BillDataset } from '../schema.ts';
import { buildChargeDates, formatMonth, parseDateFolder, parseInstant } from './dates.ts';

/** Used fields of the manifest of an Azure export run. Its first version (2021) contains only counts and blobs. */
export const AzureManifest = z.looseObject({
  blobCount: z.number().int().optional(),
  byteCount: z.number().int().optional(),
  dataRowCount: z.number().int().optional(),
  exportConfig: z
    .looseObject({
      exportName: z.string().optional(),
      resourceId: z.string().nullish(),
      type: z.string().nullish(),
    })
    .nullish(),
  runInfo: z
    .looseObject({
      runId: z.string().nullish(),
      submittedTime: z.string().nullish(),
      startDate: z.string().nullish(),
      endDate: z.string().nullish(),
    })
    .nullish(),
  blobs: z.array(
    z.looseObject({
      blobName: z.string(),
      byteCount: z.number().int().nullish(),
      dataRowCount: z.number().int().nullish(),
    }),
  ),
});
export type AzureManifest = z.infer<typeof AzureManifest>;

export interface AzureRun {
  readonly exportName: string;
  /** Exported table; null when it is not a bill. */
  readonly table: { readonly dataset: BillDataset | null } | null;
  readonly scope: string;
  readonly period: string | null;
  readonly runId: string | null;
  readonly submittedAt: Instant | null;
  readonly coverage: ChargeDates | null;
}

/** Export types that are bills. `Usage` contains the invoiced cost without the purchases. */
const datasets: Readonly<Record<string, BillDataset>> = {
  actualcost: 'ActualCost',
  amortizedcost: 'AmortizedCost',
  focuscost: 'CostAndUsage',
  usage: 'ActualCost',
};

/** Run described by a manifest. The path fills in only the fields that an old manifest lacks. */
export function describeAzureRun(manifest: AzureManifest): AzureRun {
  const { exportConfig, runInfo } = manifest;
  const path = runOfPath(manifest.blobs[0]?.blobName ?? '');
  const type = exportConfig?.type?.toLowerCase();
  const dataset = type === undefined ? null : datasets[type];
  const first = parseInstant(runInfo?.startDate ?? '') ?? path.first;
  const last = parseInstant(runInfo?.endDate ?? '') ?? path.last;
  const isOneMonth = first !== null && (last === null || formatMonth(first) === formatMonth(last));
  return {
    exportName: exportConfig?.exportName ?? path.exportName ?? 'default',
    table: dataset === undefined ? null : { dataset },
    scope: parseExportScope(exportConfig?.resourceId ?? ''),
    period: isOneMonth ? formatMonth(first) : null,
    runId: runInfo?.runId ?? path.runId,
    submittedAt: parseInstant(runInfo?.submittedTime ?? '') ?? path.submittedAt,
    coverage: first === null || last === null || last < first ? null : buildChargeDates(first, last),
  };
}

/** `/subscriptions/…/providers/Microsoft.CostManagement/exports/daily` -> `/subscriptions/…`. */
function parseExportScope(resourceId: string): string {
  const scope = resourceId.trim().replace(/\/providers\/Microsoft\.CostManagement\/exports\/[^/]*\/?$/i, '');
  return scope === '' ? 'default' : scope;
}

interface RunOfPath {
  readonly exportName: string | null;
  readonly first: Instant | null;
  readonly last: Instant | null;
  readonly submittedAt: Instant | null;
  readonly runId: string | null;
}

/** `cost/daily/20230101-20230131/202301041442/73746dc5-…/000001.csv`, the path that Azure itself writes. */
export function runOfPath(blobName: string): RunOfPath {
  const segments = blobName.trim().split('/');
  const at = segments.findIndex((segment) => parseDateFolder(segment) !== null);
  const dates = parseDateFolder(segments[at] ?? '');
  const submittedAt = parseInstant(segments.find((segment, index) => index > at && /^\d{12}$/.test(segment)) ?? '');
  return {
    exportName: at > 0 ? (segments[at - 1] ?? null) : null,
    first: dates?.first ?? null,
    last: dates?.last ?? null,
    submittedAt: at < 0 ? null : submittedAt,
    runId: segments.find((segment, index) => index > at && at >= 0 && UUID.test(segment)) ?? null,
  };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
