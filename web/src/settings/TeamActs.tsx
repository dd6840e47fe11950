import parts from '../parts/parts.module.css';
import styles from './settings.module.css';

interface TeamActsProps {
  readonly team: string;
  readonly onEdit: () => void;
  /** Undefined: the session may not change members. */
  readonly onAdd: (() => void) | undefined;
}

/** Actions on a team. */
export function TeamActs({ team, onEdit, onAdd }: TeamActsProps) {
  return (
    <span className={styles.acts}>
      <button type="button" className={parts.button} onClick={onEdit}>
        Edit…<span className="visually-hidden"> team {team}</span>
      </button>
      {onAdd !== undefined && (
        <button type="button" className={parts.button} onClick={onAdd}>
          Add member…<span className="visually-hidden"> to {team}</span>
        </button>
      )}
    </span>
  );
}
