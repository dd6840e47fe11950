import { parseDateFolder } from './dates.ts';

/** Role of an object in the layouts of the clouds, determined from its key alone. */
export type KeyPlace =
  /** `…/<export>/(data|metadata)/BILLING_PERIOD=YYYY-MM/…` of AWS Data Exports. */
  | {
      readonly kind: 'dataExport';
      readonly isManifest: boolean;
      readonly exportName: string;
      /** Key of the export's folder. */
      readonly root: string;
      /** YYYY-MM */
      readonly period: string;
    }
  /** `…/YYYYMMDD-YYYYMMDD/[assembly/]<report>-Manifest.json` of an AWS Cost and Usage Report. */
  | { readonly kind: 'curManifest'; readonly folder: string; readonly isAssemblyCopy: boolean }
  /** `manifest.json` of an Azure export run, in any folder. */
  | { readonly kind: 'azureManifest' }
  /** A bill file under a folder named by dates; only a manifest identifies its export. */
  | {
      readonly kind: 'dated';
      /** Key of the dated folder. */
      readonly folder: string;
      readonly exportName: string;
      /** True when the file is directly in that folder. */
      readonly isDirect: boolean;
    }
  /** `<report>/<report>/year=YYYY/month=M/…`, the partitions that an AWS Cost and Usage Report makes for Athena. */
  | { readonly kind: 'curPartition'; readonly root: string; readonly exportName: string }
  /** A bill file in no known layout. */
  | { readonly kind: 'plain' }
  /** Not imported: SQL, status files, folder markers. */
  | { readonly kind: 'other' };

const BILL_FILE = /\.(csv|csv\.gz|csv\.zip|parquet)$/i;

/**
 * Example: `cur/daily/metadata/BILLING_PERIOD=2026-08/daily-Manifest.json` is the manifest of the export `daily` for
 * 2026-08. Folder names match in any case, because both cases occur.
 */
export function parseKeyPlace(key: string): KeyPlace {
  const segments = key.split('/');
  return (
    parseDataExportPlace(segments) ??
    parseDatedPlace(segments) ??
    parseAzureManifestPlace(segments) ??
    parsePartitionPlace(segments) ??
    parsePlainPlace(key)
  );
}

function parseDataExportPlace(segments: readonly string[]): KeyPlace | null {
  const at = segments.findIndex((segment, index) => index > 0 && /^(billing_period|date)=/i.test(segment));
  const area = segments[at - 1]?.toLowerCase();
  if (at < 1 || at === segments.length - 1 || (area !== 'data' && area !== 'metadata')) return null;
  const period = /^billing_period=(\d{4}-\d{2})$/i.exec(segments[at] ?? '')?.[1];
  // `date=` folders contain recommendations and other tables that are not bills.
  if (period === undefined) return { kind: 'other' };
  const name = segments.at(-1) ?? '';
  const isManifest = area === 'metadata' && /manifest\.json$/i.test(name);
  if (!isManifest && !(area === 'data' && BILL_FILE.test(name))) return { kind: 'other' };
  const root = segments.slice(0, at - 1).join('/');
  return { kind: 'dataExport', isManifest, exportName: segments[at - 2] ?? 'default', root, period };
}

function parseDatedPlace(segments: readonly string[]): KeyPlace | null {
  const at = segments.findIndex((segment) => parseDateFolder(segment) !== null);
  const name = segments.at(-1) ?? '';
  if (at < 0 || at === segments.length - 1) return null;
  const folder = segments.slice(0, at + 1).join('/');
  const depth = segments.length - 1 - at;
  if (/.-Manifest\.json$/i.test(name) && depth <= 2) {
    return { kind: 'curManifest', folder, isAssemblyCopy: depth === 2 };
  }
  if (!BILL_FILE.test(name)) return null;
  return { kind: 'dated', folder, exportName: segments[at - 1] ?? 'default', isDirect: depth === 1 };
}

function parseAzureManifestPlace(segments: readonly string[]): KeyPlace | null {
  return /^_?manifest\.json$/i.test(segments.at(-1) ?? '') ? { kind: 'azureManifest' } : null;
}

function parsePartitionPlace(segments: readonly string[]): KeyPlace | null {
  const at = segments.findIndex((segment) => /^year=\d{4}$/i.test(segment));
  const isReport = at >= 2 && segments[at - 1] === segments[at - 2] && /^month=\d{1,2}$/i.test(segments[at + 1] ?? '');
  if (!isReport || !BILL_FILE.test(segments.at(-1) ?? '')) return null;
  return { kind: 'curPartition', root: segments.slice(0, at - 1).join('/'), exportName: segments[at - 2] ?? 'default' };
}

function parsePlainPlace(key: string): KeyPlace {
  return { kind: BILL_FILE.test(key) ? 'plain' : 'other' };
}
