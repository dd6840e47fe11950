import type { Sink } from '../io.ts';
import { cutToWidth } from './cut-to-width.ts';

/** One line that is drawn over itself; silent where stderr is no terminal. */
export interface Progress {
  /** `ratio` 0..1 draws a bar; null is work of unknown length. */
  show(label: string, ratio: number | null): void;
  clear(): Promise<void>;
}

const BAR_CELLS = 24;
const LEAST_MS_BETWEEN = 80;

export function createProgress(sink: Sink, silent: boolean): Progress {
  if (silent || !sink.isTerminal) return { show: () => {}, clear: async () => {} };
  let drawnAt = Number.NEGATIVE_INFINITY;
  return {
    show: (label, ratio) => {
      const now = performance.now();
      if (ratio !== null && ratio > 0 && ratio < 1 && now - drawnAt < LEAST_MS_BETWEEN) return;
      drawnAt = now;
      void sink.write(`\r\x1b[K${progressLine(label, ratio, sink.columns)}`);
    },
    clear: () => sink.write('\r\x1b[K'),
  };
}

/** `bill.csv  ████████░░░░  45 %`, cut to the width of the terminal. */
export function progressLine(label: string, ratio: number | null, columns: number): string {
  if (ratio === null) return cutToWidth(`${label} …`, columns - 1).trimEnd();
  const filled = Math.round(ratio * BAR_CELLS);
  const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_CELLS - filled)}  ${String(Math.floor(ratio * 100)).padStart(3)} %`;
  return `${cutToWidth(label, Math.max(8, columns - bar.length - 4)).trimEnd()}  ${bar}`;
}
