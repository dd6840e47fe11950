import { formatBytes } from '../format/number.ts';

/** Facts about a file before it is sent. */
export interface ChosenFile {
  readonly name: string;
  readonly size: number;
}

const BILL_NAME = /\.(csv|csv\.gz|gz|parquet)$/i;
const CLOUDS = [
  ['azure', /azure|microsoft/],
  ['aws', /aws|amazon|\bcur\b/],
  ['gcp', /gcp|google/],
  ['oci', /oci|oracle/],
] as const;

/**
 * Why a file cannot be a bill that this server takes, as a sentence; null where it can be one. The content is checked by
 * the server.
 */
export function refuseFile({ name, size }: ChosenFile, maxSizeBytes: number | undefined): string | null {
  if (size === 0) return `${name} is empty (0 bytes). Export it again.`;
  if (maxSizeBytes !== undefined && size > maxSizeBytes) {
    return `${name} has ${formatBytes(size)}; this server takes files of at most ${formatBytes(maxSizeBytes)}. Split the export, or ask an administrator to raise maxUploadBytes.`;
  }
  if (!BILL_NAME.test(name)) {
    return `${name} is not a bill file. Bills are CSV (.csv), gzipped CSV (.csv.gz) or Parquet (.parquet).`;
  }
  return null;
}

/**
 * Name of the source that a file probably belongs to; empty where its name says nothing.
 * Example: `focus-aws-2026-10.csv.gz` -> `aws`; `snowflake_2026-10.csv` -> `snowflake`.
 */
export function suggestSource(fileName: string): string {
  const name = fileName.toLowerCase();
  const cloud = CLOUDS.find(([, pattern]) => pattern.test(name));
  if (cloud !== undefined) return cloud[0];
  const words = name
    .replace(/\.(csv|gz|parquet)/g, '')
    .split(/[^a-z]+/)
    .filter((word) => word.length > 2 && !['focus', 'export', 'cost', 'costs', 'bill', 'usage', 'and'].includes(word));
  return words[0]?.slice(0, 63) ?? '';
}
