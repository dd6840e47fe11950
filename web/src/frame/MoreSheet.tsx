import { WhoAmI } from '../account/WhoAmI.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import parts from '../parts/parts.module.css';
import styles from './frame.module.css';
import { RailGroups } from './RailGroups.tsx';

interface MoreSheetProps {
  readonly onClose: () => void;
  readonly onShortcuts: () => void;
}

/** All pages, the account and the shortcuts, for a phone. */
export function MoreSheet({ onClose, onShortcuts }: MoreSheetProps) {
  const showShortcuts = () => {
    onClose();
    onShortcuts();
  };
  return (
    <Dialog label="All pages" onClose={onClose} className={styles.sheet} place="top">
      <RailGroups onOpen={onClose} />
      <div className={styles.sheetFoot}>
        <WhoAmI onOpen={onClose} />
        <button type="button" className={parts.button} onClick={showShortcuts}>
          Keyboard shortcuts
        </button>
        <button type="button" className={parts.button} onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
