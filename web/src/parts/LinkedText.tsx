import { Link } from '@tanstack/react-router';
import { linkIds } from '../format/id-links.ts';
import styles from './parts.module.css';

/** A text of the server in which every id leads to its page. */
export function LinkedText({ text }: { readonly text: string }) {
  return linkIds(text).map(({ text: piece, to }) =>
    to === undefined ? (
      piece
    ) : (
      <Link key={piece} to={to} className={styles.textLink}>
        {piece}
      </Link>
    ),
  );
}
