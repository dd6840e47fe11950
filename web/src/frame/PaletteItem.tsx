import styles from './frame.module.css';
import type { Command } from './palette-command.ts';

interface PaletteItemProps {
  readonly id: string;
  readonly command: Command;
  readonly selected: boolean;
  readonly onPoint: () => void;
  readonly onRun: () => void;
}

/** One thing that the palette found. */
export function PaletteItem({ id, command, selected, onPoint, onRun }: PaletteItemProps) {
  const keepInView = (element: HTMLElement | null) => {
    if (selected) element?.scrollIntoView({ block: 'nearest' });
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the combobox that owns this list
    <div
      id={id}
      ref={keepInView}
      role="option"
      tabIndex={-1}
      aria-selected={selected}
      className={styles.paletteItem}
      onPointerMove={onPoint}
      onClick={onRun}
    >
      <span>{command.label}</span>
      <span className={styles.paletteHint}>{command.kind}</span>
    </div>
  );
}
