import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { traces } from '../../testing/gpus.ts';
import type { SpotHistory } from '../schema.ts';

const Trace = z.object({ metadata: z.object({ gap_seconds: z.number() }), data: z.array(z.number()) });
const BLOCK = 512;

/** The files of a tar archive, by name. */
function readTarFiles(archive: Buffer): Map<string, string> {
  const files = new Map<string, string>();
  for (let at = 0; at + BLOCK <= archive.length && archive[at] !== 0; ) {
    const field = (from: number, length: number) =>
      archive.toString('latin1', at + from, at + from + length).replace(/\0.*$/s, '');
    const sizeBytes = Number.parseInt(field(124, 12), 8);
    files.set(field(0, 100), archive.toString('utf8', at + BLOCK, at + BLOCK + sizeBytes));
    at += BLOCK + Math.ceil(sizeBytes / BLOCK) * BLOCK;
  }
  return files;
}

/** Availability of one V100 in nine zones over 45 days of 2023, by zone. */
export function readPublishedHistories(): Map<string, SpotHistory> {
  const archive = gunzipSync(readFileSync(join(traces, 'skypilot-spot-availability-aws-2023-02.tar.gz')));
  const named = [...readTarFiles(archive)].flatMap(([path, text]): [string, SpotHistory][] => {
    const [, zone] = /([a-z]+-[a-z]+-\d[a-z])_v100_1\.json$/.exec(path) ?? [];
    if (zone === undefined) return [];
    const { metadata, data } = Trace.parse(JSON.parse(text));
    return [[zone, buildHistory(zone, data, metadata.gap_seconds)]];
  });
  return new Map(named);
}

/** Readings of 1 (capacity) and 0, each for one step. */
export function buildHistory(name: string, readings: readonly number[], stepSeconds: number): SpotHistory {
  const up: [number, number][] = [];
  readings.forEach((reading, index) => {
    if (reading === 0) return;
    const last = up.at(-1);
    if (last?.[1] === index * stepSeconds) last[1] += stepSeconds;
    else up.push([index * stepSeconds, (index + 1) * stepSeconds]);
  });
  return { name, lengthSeconds: readings.length * stepSeconds, up };
}
