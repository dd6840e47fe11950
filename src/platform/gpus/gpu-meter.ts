import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { GpuReader } from './reading.ts';
import type { GpuUse } from './schema.ts';
import { type SystemMetric, systemMetricsOf } from './system-metrics.ts';
import { addReadings, type DeclaredGpus, GpuTally, gpuUseOf, NO_READINGS } from './tally.ts';

export interface GpuMeterRequest {
  /** In words, why nobody reads them; null where it holds none. */
  readonly reader: GpuReader | string | null;
  readonly declared: DeclaredGpus;
  /** Where what was read is kept, so that whoever goes on with the work goes on from there; null: nowhere. */
  readonly file: string | null;
}

/** Adds up what the GPUs of one piece of work do. */
export interface GpuMeter {
  /**
   * Reads them now, while the work runs, and answers what was read as system metrics of MLflow. Of the first look only energy counts: the
   * work has hardly begun. A look while another one takes its time reads nothing. Never rejects.
   */
  look(): Promise<SystemMetric[]>;
  /** The last look, after its end: energy alone counts. */
  last(): Promise<SystemMetric[]>;
  /** What they did until now; null when it holds no GPU. */
  use(): GpuUse | null;
}

export function createGpuMeter({ reader, declared, file }: GpuMeterRequest): GpuMeter {
  let tally = file === null ? NO_READINGS : keptIn(file);
  let looking: Promise<SystemMetric[]> | null = null;

  async function lookOnce(source: GpuReader, running: boolean): Promise<SystemMetric[]> {
    const readings = await source.read();
    if (typeof readings === 'string') {
      tally = { ...tally, trouble: readings };
      return [];
    }
    tally = addReadings(tally, readings, running && Object.keys(tally.gpus).length > 0);
    if (file !== null) keep(file, tally);
    return systemMetricsOf(readings, tally);
  }

  if (reader === null || typeof reader === 'string') {
    if (reader !== null) tally = { ...tally, trouble: reader };
    const nothing = async () => [];
    return { look: nothing, last: nothing, use: () => gpuUseOf(tally, null, declared) };
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
    use: () => gpuUseOf(tally, reader.source, declared),
  };
}

/** A file that is not there, or was cut off with its machine, holds nothing: what it said is left out, and counting goes on. */
function keptIn(file: string): GpuTally {
  try {
    return GpuTally.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return NO_READINGS;
  }
}

function keep(file: string, tally: GpuTally): void {
  writeFileSync(`${file}.part`, JSON.stringify(tally));
  renameSync(`${file}.part`, file);
}
