import { type MouseEvent, useEffect, useRef } from 'react';
import type { GpuHeatMap } from '../../../src/finops/gpu-usage/schema.ts';
import { token, useScheme } from '../theme/scheme.ts';
import styles from './gpus.module.css';
import { pickStep, rowHeight, STEPS } from './heat-colour.ts';

export interface HeatCell {
  readonly row: number;
  readonly slot: number;
}

interface HeatCanvasProps {
  readonly map: GpuHeatMap;
  readonly label: string;
  readonly canvas: { current: HTMLCanvasElement | null };
  readonly onPoint: (cell: HeatCell | null) => void;
  readonly onOpen: (cell: HeatCell) => void;
}

/** Device pixels of one slot: enough to be sharp on dense screens. */
const SLOT_PX = 12;
const DENSITY = 2;

/** GPUs by time slot; a darker cell is a higher utilization. Slots without readings stay empty. */
export function HeatCanvas({ map, label, canvas, onPoint, onOpen }: HeatCanvasProps) {
  const own = useRef<HTMLCanvasElement>(null);
  const scheme = useScheme();
  const height = rowHeight(map.rows.length);
  const slots = map.rows[0]?.means.length ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme changes the tokens that are drawn with
  useEffect(() => {
    canvas.current = own.current;
    if (own.current !== null) draw(own.current, map, height);
  }, [map, height, scheme, canvas]);
  const cellAt = (event: MouseEvent<HTMLCanvasElement>): HeatCell | null => {
    const box = event.currentTarget.getBoundingClientRect();
    const row = Math.floor((event.clientY - box.top) / height);
    const slot = Math.floor(((event.clientX - box.left) / box.width) * slots);
    return row < 0 || row >= map.rows.length || slot < 0 || slot >= slots ? null : { row, slot };
  };
  return (
    // For pointers only; with the keyboard, each row has a button with its name, or is in the table.
    <canvas
      ref={own}
      className={styles.canvas}
      style={{ height: height * map.rows.length }}
      role="img"
      aria-label={label}
      onMouseMove={(event) => onPoint(cellAt(event))}
      onMouseLeave={() => onPoint(null)}
      onClick={(event) => {
        const cell = cellAt(event);
        if (cell !== null) onOpen(cell);
      }}
    />
  );
}

function draw(canvas: HTMLCanvasElement, { rows }: GpuHeatMap, height: number): void {
  const slots = rows[0]?.means.length ?? 0;
  const gap = height > 6 ? DENSITY : 0;
  canvas.width = slots * SLOT_PX;
  canvas.height = rows.length * height * DENSITY;
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.fillStyle = token('--surface');
  context.fillRect(0, 0, canvas.width, canvas.height);
  const colours = STEPS.map(token);
  rows.forEach(({ means }, row) => {
    means.forEach((mean, slot) => {
      const step = pickStep(mean);
      if (step === null) return;
      context.fillStyle = colours[step] ?? '';
      context.fillRect(slot * SLOT_PX, row * height * DENSITY, SLOT_PX, height * DENSITY - gap);
    });
  });
}
