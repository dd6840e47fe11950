/** Reading of one GPU at one instant. Each number is null where the source does not report it. */
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

/** Source of readings for the GPUs of a piece of work. */
export interface GpuReader {
  readonly source: 'nvidia-smi' | 'dcgm';
  /** Readings of all GPUs now; a string is the reason why none could be read. Never rejects. */
  read(): Promise<readonly GpuReading[] | string>;
}
