import { useEffect } from 'react';
import styles from './frame.module.css';
import type { Overlay } from './overlay.ts';
import { PaletteItem } from './PaletteItem.tsx';
import type { Command } from './palette-command.ts';
import { usePaletteCommands } from './use-palette-commands.ts';

interface PaletteFoundProps {
  readonly text: string;
  /** Place of the selected command. */
  readonly at: number;
  /** Id of an option by its place. */
  readonly optionId: (index: number) => string;
  readonly onFound: (found: readonly Command[]) => void;
  readonly onPoint: (index: number) => void;
  readonly onRun: (command: Command) => void;
  readonly onShow: (overlay: Overlay) => void;
}

/** The commands that a text finds. It is loaded when the palette first opens; the field above it takes keys before that. */
export function PaletteFound({ text, at, optionId, onFound, onPoint, onRun, onShow }: PaletteFoundProps) {
  const found = usePaletteCommands(text, onShow);
  useEffect(() => onFound(found), [found, onFound]);
  if (found.length === 0) return <p className={styles.paletteNone}>No result for “{text}”.</p>;
  return found.map((command, index) => (
    <PaletteItem
      key={command.id}
      id={optionId(index)}
      command={command}
      selected={index === at}
      onPoint={() => onPoint(index)}
      onRun={() => onRun(command)}
    />
  ));
}
