import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { GpuReader } from './reading.ts';
import type { GpuUse } from './schema.ts';
import { type SystemMetric, toSystemMetrics } from './system-metrics.ts';
import { addReadings, type DeclaredGpus, GpuTally, NO_READINGS, summarizeGpuUse } from './tally.ts';

export interface GpuMeterRequest {
  /** Reader of the GPUs. A string is the reason why they are not read; null when the work holds no GPU. */
  readonly reader: GpuReader | string | null;
  readonly declared: DeclaredGpus;
  /** File that keeps the readings, so that another process can continue the tally; null: not kept. */
  readonly file: string | null;
}

/** Adds up the GPU usage of one piece of work. */
export interface GpuMeter {
  /**
   * Reads the GPUs while the work runs and returns the readings as MLflow system metrics. The first look counts only energy, because the
   * work has hardly begun. A look during another one reads nothing. Never rejects.
   */
  look(): Promise<SystemMetric[]>;
  /** The last look, after the end of the work: only energy counts. */
  last(): Promise<SystemMetric[]>;
  /** Usage so far; null when the work holds no GPU. */
  use(): GpuUse | null;
}

export function createGpuMeter({ reader, declared, file }: GpuMeterRequest): GpuMeter {
  let tally = file === null ? NO_READINGS : readKeptTally(file);
  let looking: Promise<SystemMetric[]> | null = null;

  async function lookOnce(source: GpuReader, running: boolean): Promise<SystemMetric[]> {
    const readings = await source.read();
    if (typeof readings === 'string') {
      tally = { ...tally, trouble: readings };
      return [];
    }
    tally = addReadings(tally, readings, running && Object.keys(tally.gpus).length > 0);
    if (file !== null) saveTally(file, tally);
    return toSystemMetrics(readings, tally);
  }

  if (reader === null || typeof reader === 'string') {
    if (reader !== null) tally = { ...tally, trouble: reader };
    const nothing = async () => [];
    return { look: nothing, last: nothing, use: () => summarizeGpuUse(tally, null, declared) };
  }
  return {
    look() {
      if (looking !== null) return Promise.resolve([]);
      looking = lookOnce(reader, true).finally(() => {
        looking = null;
      });
      return looking;
    },
    async last() {
      await looking;
      return lookOnce(reader, false);
    },
    use: () => summarizeGpuUse(tally, reader.source, declared),
  };
}

/** A missing or truncated file (for instance after a crash) counts as empty: its readings are lost, and the tally starts from zero. */
function readKeptTally(file: string): GpuTally {
  try {
    return GpuTally.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return NO_READINGS;
  }
}

function saveTally(file: string, tally: GpuTally): void {
  writeFileSync(`${file}.part`, JSON.stringify(tally));
  renameSync(`${file}.part`, file);
}
