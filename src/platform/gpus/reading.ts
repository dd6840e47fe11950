/** One GPU at one moment, as whoever reads it says. Each number is null where it is not told. */
export interface GpuReading {
  /** Unix milliseconds. */
  readonly at: number;
  /** Its identity; an index is its machine's alone. */
  readonly uuid: string;
  readonly index: number;
  readonly model: string | null;
  readonly utilizationRatio: number | null;
  readonly memoryBytes: number | null;
  readonly powerWatts: number | null;
  /** Counts up since the driver was loaded. */
  readonly energyJoules: number | null;
}

/** What reads the GPUs of a piece of work. */
export interface GpuReader {
  readonly source: 'nvidia-smi' | 'dcgm';
  /** All of them now; in words why none could be read. Never rejects. */
  read(): Promise<readonly GpuReading[] | string>;
}
