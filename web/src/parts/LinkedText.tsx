import { Link } from '@tanstack/react-router';
import { linkIds } from '../format/id-links.ts';
import styles from './parts.module.css';

interface LinkedTextProps {
  readonly text: string;
  /** Ids of runs have eight digits; the whole id is on hover. */
  readonly isShort?: boolean;
}

const RUN_ID = /^[0-9a-f]{32}$/;
const SHORT_DIGITS = 8;

/** A text of the server in which every id leads to its page. */
export function LinkedText({ text, isShort = false }: LinkedTextProps) {
  return linkIds(text).map(({ text: piece, to }) =>
    to === undefined ? (
      piece
    ) : (
      <Link key={piece} to={to} className={styles.textLink} {...(isShort ? { 'data-tip': piece } : {})}>
        {isShort && RUN_ID.test(piece) ? piece.slice(0, SHORT_DIGITS) : piece}
      </Link>
    ),
  );
}
