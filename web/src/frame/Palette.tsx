import { type KeyboardEvent, lazy, Suspense, useCallback, useId, useRef, useState } from 'react';
import { Dialog } from '../parts/Dialog.tsx';
import styles from './frame.module.css';
import type { Overlay } from './overlay.ts';
import type { Command } from './palette-command.ts';

const PaletteFound = lazy(() => import('./PaletteFound.tsx').then((module) => ({ default: module.PaletteFound })));

interface PaletteProps {
  readonly onClose: () => void;
  readonly onShow: (overlay: Overlay) => void;
}

/**
 * Ctrl-K: one field that finds pages, models, versions, runs, teams, services, decisions and actions. The field is part of the first load, so
 * that no key is lost while the list is fetched.
 */
export function Palette({ onClose, onShow }: PaletteProps) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const list = useId();
  const found = useRef<readonly Command[]>([]);
  const [count, setCount] = useState(0);
  const keepFound = useCallback((commands: readonly Command[]) => {
    found.current = commands;
    setCount(commands.length);
  }, []);
  const chosen = Math.min(at, count - 1);
  const run = (command: Command | undefined) => {
    if (command === undefined) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // A key that arrives before the list is loaded still counts.
    if (event.key === 'ArrowDown') setAt(count === 0 ? at + 1 : (chosen + 1) % count);
    else if (event.key === 'ArrowUp') setAt((chosen - 1 + count) % Math.max(count, 1));
    else if (event.key === 'Enter') run(found.current[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog label="Search" onClose={onClose} className={styles.palette} place="top">
      <input
        className={styles.paletteInput}
        role="combobox"
        aria-label="Search pages, models, versions, runs, teams, services, decisions and actions"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={count === 0 ? undefined : `${list}-${chosen}`}
        placeholder="Search models, versions, runs, teams, services, actions…"
        autoFocus
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={list} role="listbox" aria-label="Found" className={styles.paletteList} tabIndex={-1}>
        <Suspense>
          <PaletteFound
            text={text}
            at={chosen}
            optionId={(index) => `${list}-${index}`}
            onFound={keepFound}
            onPoint={setAt}
            onRun={run}
            onShow={onShow}
          />
        </Suspense>
      </div>
    </Dialog>
  );
}
