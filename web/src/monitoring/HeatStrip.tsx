import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { DriftWindow } from '../../../src/mlops/quality/drift-windows/schema.ts';
import { formatInstant } from '../format/time.ts';
import { classifyStrength, type StripRow, strengthText } from './drift-strength.ts';
import styles from './monitoring.module.css';

export interface OpenCell {
  readonly column: string;
  readonly window: string;
}

interface HeatStripProps {
  readonly label: string;
  readonly windows: readonly DriftWindow[];
  readonly rows: readonly StripRow[];
  readonly open: OpenCell | null;
  readonly onOpen: (cell: OpenCell) => void;
}

const MOVES: Readonly<Record<string, readonly [rows: number, cells: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/**
 * Columns by windows: a darker cell is a stronger drift; a drifted one has a dot. The grid is one Tab stop, arrow keys
 * move in it, Enter opens the column in that window.
 */
export function HeatStrip({ label, windows, rows, open, onOpen }: HeatStripProps) {
  const grid = useRef<HTMLTableElement>(null);
  const [at, setAt] = useState<readonly [row: number, cell: number]>([0, Math.max(0, windows.length - 1)]);
  const last = windows.at(-1)?.window;
  // Where it is too narrow for all of them the latest are in sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new window is brought into sight, too
  useEffect(() => {
    const box = grid.current?.parentElement;
    if (box != null) box.scrollLeft = box.scrollWidth;
  }, [last]);
  const onKeyDown = (event: KeyboardEvent) => {
    const move = MOVES[event.key];
    if (move === undefined) return;
    event.preventDefault();
    const row = Math.max(0, Math.min(rows.length - 1, at[0] + move[0]));
    const cell = Math.max(0, Math.min(windows.length - 1, at[1] + move[1]));
    setAt([row, cell]);
    grid.current?.querySelector<HTMLElement>(`[data-place="${row} ${cell}"]`)?.focus();
  };
  return (
    <table ref={grid} className={styles.strip} aria-label={label}>
      <tbody>
        {rows.map((row, rowIndex) => (
          <tr key={row.column}>
            <th scope="row" className={styles.stripName} title={row.column}>
              {row.column}
            </th>
            {row.cells.map((cell, index) => {
              const window = windows[index];
              if (window === undefined) return null;
              const strength = cell === undefined ? null : classifyStrength(cell);
              const isOpen = open?.column === row.column && open.window === window.window;
              const text = `${row.column}, ${formatInstant(window.period.start)}: ${strengthText(cell)}`;
              return (
                <td key={window.window}>
                  <button
                    type="button"
                    className={`${styles.cell} ${styles[strength === null ? 'unsaid' : `seq${strength}`] ?? ''}`}
                    data-place={`${rowIndex} ${index}`}
                    data-tip={text}
                    aria-label={text}
                    aria-pressed={isOpen}
                    tabIndex={at[0] === rowIndex && at[1] === index ? 0 : -1}
                    onKeyDown={onKeyDown}
                    onFocus={() => setAt([rowIndex, index])}
                    onClick={() => onOpen({ column: row.column, window: window.window })}
                  >
                    {cell?.drifted === true && <span className={styles.drifted} />}
                  </button>
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
