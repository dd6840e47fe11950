import { useNavigate } from '@tanstack/react-router';
import type { MouseEvent } from 'react';
import type { ViewSchedule } from '../../../src/tradeoff/view-schedules/schema.ts';
import type { SavedView } from '../../../src/tradeoff/views/schema.ts';
import { findEntry } from '../frame/pages.ts';
import parts from '../parts/parts.module.css';
import { describeSchedule } from './schedule-text.ts';
import styles from './views.module.css';

interface ViewRowProps {
  readonly view: SavedView;
  readonly isCurrent: boolean;
  /** The account may change and delete it. */
  readonly isOwn: boolean;
  /** null: it is not sent. */
  readonly schedule: ViewSchedule | null;
  /** The account may send it on a schedule. */
  readonly maySchedule: boolean;
  readonly onOpen: () => void;
  readonly onSchedule: () => void;
  readonly onRename: () => void;
  readonly onDelete: () => void;
}

/** A view: opens it, and for its owner renames and deletes it. */
export function ViewRow(props: ViewRowProps) {
  const { view, isCurrent, isOwn, schedule, maySchedule, onOpen, onSchedule, onRename, onDelete } = props;
  const { name, path, search, sharing, team, owner } = view;
  const navigate = useNavigate();
  const href = `${path}${search}`;
  const open = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    onOpen();
    void navigate({ href });
  };
  const page = findEntry(path)?.label ?? path;
  const shared = sharing === 'all' ? `, shared by ${owner}` : sharing === 'team' ? `, of team ${team}` : '';
  return (
    <li className={styles.row}>
      <a href={href} className={styles.link} aria-current={isCurrent ? 'page' : undefined} onClick={open}>
        {name}
        <span className={styles.of}>
          {page}
          {shared}
          {schedule !== null && `, ${describeSchedule(schedule)}`}
        </span>
      </a>
      <span className={styles.acts}>
        {maySchedule && (
          <button type="button" className={parts.plain} aria-label={`Schedule ${name}`} onClick={onSchedule}>
            Schedule
          </button>
        )}
        {isOwn && (
          <>
            <button type="button" className={parts.plain} aria-label={`Rename or share ${name}`} onClick={onRename}>
              Edit
            </button>
            <button type="button" className={parts.plain} aria-label={`Delete ${name}`} onClick={onDelete}>
              Delete
            </button>
          </>
        )}
      </span>
    </li>
  );
}
