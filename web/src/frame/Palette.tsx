import { type KeyboardEvent, useId, useState } from 'react';
import { Dialog } from '../parts/Dialog.tsx';
import styles from './frame.module.css';
import type { Overlay } from './overlay.ts';
import { PaletteItem } from './PaletteItem.tsx';
import type { Command } from './palette-command.ts';
import { usePaletteCommands } from './use-palette-commands.ts';

interface PaletteProps {
  readonly onClose: () => void;
  readonly onShow: (overlay: Overlay) => void;
}

/** Ctrl-K: one field that finds pages, experiments, runs, models, teams and actions. */
export function Palette({ onClose, onShow }: PaletteProps) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const list = useId();
  const found = usePaletteCommands(text, onShow);
  const chosen = Math.min(at, found.length - 1);
  const run = (command: Command | undefined) => {
    if (command === undefined) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setAt((chosen + 1) % Math.max(found.length, 1));
    else if (event.key === 'ArrowUp') setAt((chosen - 1 + found.length) % Math.max(found.length, 1));
    else if (event.key === 'Enter') run(found[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog label="Search" onClose={onClose} className={styles.palette} place="top">
      <input
        className={styles.paletteInput}
        role="combobox"
        aria-label="Search pages, experiments, runs, models, teams and actions"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={found.length === 0 ? undefined : `${list}-${chosen}`}
        placeholder="Search pages, experiments, runs, models, teams and actions"
        autoFocus
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={list} role="listbox" aria-label="Found" className={styles.paletteList} tabIndex={-1}>
        {found.length === 0 && <p className={styles.paletteNone}>Nothing here is called “{text}”.</p>}
        {found.map((command, index) => (
          <PaletteItem
            key={command.id}
            id={`${list}-${index}`}
            command={command}
            selected={index === chosen}
            onPoint={() => setAt(index)}
            onRun={() => run(command)}
          />
        ))}
      </div>
    </Dialog>
  );
}
