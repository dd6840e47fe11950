import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import type { SpotHistory } from '../../src/finops/purchasing/schema.ts';
import { InterruptionBand } from '../../src/finops/purchasing/schema.ts';
import { unreadable } from '../bill-files.ts';
import { CommandError } from '../frame/failure.ts';
import { invalid, namedRows, timeIn } from './named-columns.ts';

const FAULT = 'spot_history_invalid';
const MOST_READINGS = 1_000_000;
const MOST_BYTES = 64 * 1024 * 1024;
const YES = new Set(['1', 'true', 'yes', 't', 'y', 'up']);
const NO = new Set(['0', 'false', 'no', 'f', 'n', 'down']);

/** The form of the published availability traces: readings of 1 and 0, each for a fixed time. */
const Trace = z.object({
  metadata: z.object({ gap_seconds: z.number().gt(0) }),
  data: z
    .array(z.union([z.literal(0), z.literal(1)]))
    .min(1)
    .max(MOST_READINGS),
});

export interface HistoryColumns {
  readonly time: string;
  readonly available: string;
  readonly zone: string;
}

/** Histories of a file: one of a JSON trace, one for each zone of a CSV file. Errors: those of the file, `spot_history_invalid`. */
export async function readHistories(path: string, columns: HistoryColumns): Promise<SpotHistory[]> {
  const name = basename(path).replace(/(\.(json|csv))?(\.gz)?$/, '');
  if (/\.json(\.gz)?$/.test(path)) return [readTrace(path, name)];
  const readings = new Map<string, Reading[]>();
  const requested = {
    needed: [columns.time, columns.available],
    known: [columns.zone],
    fault: FAULT,
    mostRows: MOST_READINGS,
  } as const;
  for await (const row of namedRows(path, requested)) {
    const text = (row.fields[columns.available] ?? '').toLowerCase();
    if (!YES.has(text) && !NO.has(text)) {
      throw invalid(path, row.line, columns.available, text, 'is neither 1 (capacity) nor 0', FAULT);
    }
    const zone = row.fields[columns.zone] || name;
    const of = readings.get(zone) ?? [];
    of.push({ at: timeIn(path, row, columns.time, FAULT), isUp: YES.has(text) });
    readings.set(zone, of);
  }
  return [...readings].map(([zone, of]) => toHistory(path, zone, of));
}

interface Reading {
  readonly at: number;
  readonly isUp: boolean;
}

/** A reading is valid until the next one; the last for the usual distance between two. */
function toHistory(path: string, name: string, readings: readonly Reading[]): SpotHistory {
  const sorted = readings.toSorted((a, b) => a.at - b.at);
  const first = sorted[0]?.at ?? 0;
  const gaps = sorted.slice(1).map(({ at }, index) => at - (sorted[index]?.at ?? 0));
  const usual = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;
  if (usual <= 0) {
    const detail = `${path}: ${name} has ${sorted.length} readings, all at the same time. Give a reading every few minutes.`;
    throw new CommandError(FAULT, detail, { file: path });
  }
  const stretches = sorted.map(({ at, isUp }, index) => ({
    ...{ start: (at - first) / 1000, isUp },
    end: ((sorted[index + 1]?.at ?? at + usual) - first) / 1000,
  }));
  return { name, lengthSeconds: stretches.at(-1)?.end ?? 0, up: joined(stretches) };
}

function joined(stretches: readonly { start: number; end: number; isUp: boolean }[]): [number, number][] {
  const up: [number, number][] = [];
  for (const { start, end, isUp } of stretches) {
    if (!isUp || end <= start) continue;
    const last = up.at(-1);
    if (last?.[1] === start) last[1] = end;
    else up.push([start, end]);
  }
  return up;
}

function readTrace(path: string, name: string): SpotHistory {
  const found = Trace.safeParse(readJson(path));
  if (!found.success) {
    const detail = `${path} is no trace of availability: {"metadata": {"gap_seconds": N}, "data": [0, 1, …]}.`;
    throw new CommandError(FAULT, detail, { file: path });
  }
  const { metadata, data } = found.data;
  const step = metadata.gap_seconds;
  const stretches = data.map((reading, index) => ({
    start: index * step,
    end: (index + 1) * step,
    isUp: reading === 1,
  }));
  return { name, lengthSeconds: data.length * step, up: joined(stretches) };
}

function readJson(path: string): unknown {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    const isPacked = bytes.length > 1 && bytes.readUInt16BE(0) === 0x1f8b;
    return JSON.parse((isPacked ? gunzipSync(bytes, { maxOutputLength: MOST_BYTES }) : bytes).toString('utf8'));
  } catch (error) {
    const detail = `${path} is not JSON: it may be cut off. Copy it again.`;
    throw new CommandError(FAULT, detail, { file: path }, { cause: error });
  }
}

const Advisor = z.object({
  ranges: z.array(z.object({ index: z.number(), label: z.string() })),
  spot_advisor: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.object({ r: z.number() })))),
});

/** Band of a type in the file of AWS's spot advisor. Error: `spot_history_invalid`. */
export function readBand(path: string, type: string, region: string): InterruptionBand {
  const found = Advisor.safeParse(readJson(path));
  const place = found.success ? found.data.spot_advisor[region]?.Linux?.[type] : undefined;
  const label = found.success ? found.data.ranges.find(({ index }) => index === place?.r)?.label : undefined;
  const band = InterruptionBand.safeParse(label);
  if (band.success) return band.data;
  const detail = `${path} has no band of interruptions of ${type} with Linux in ${region}. Check both names.`;
  throw new CommandError(FAULT, detail, { file: path, type, region });
}
