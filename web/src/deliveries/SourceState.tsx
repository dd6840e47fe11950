import type { BillSource } from '../../../src/finops/sources/schema.ts';
import styles from './deliveries.module.css';

type State = BillSource['state'];

const SHAPES: Readonly<Record<State, string>> = {
  never: 'M4 8h8',
  syncing: 'M13 5.5A5.5 5.5 0 0 0 3 6M3 10.5A5.5 5.5 0 0 0 13 10M3 3v3h3M13 13v-3h-3',
  ok: 'M3.5 8.5l3 3 6-7',
  waiting: 'M5.5 4v8M10.5 4v8',
  held: 'M5.5 4v8M10.5 4v8',
  failed: 'M4 4l8 8M12 4l-8 8',
};

const WORDS: Readonly<Record<State, string>> = {
  never: 'never synced',
  syncing: 'syncing',
  ok: 'up to date',
  waiting: 'waiting for files',
  held: 'decision required',
  failed: 'failed',
};

/** How a source is: shape and word first, colour second. */
export function SourceState({ state }: { readonly state: State }) {
  return (
    <span
      className={`${styles.standing} ${state === 'ok' ? styles.counts : ''} ${state === 'failed' ? styles.bad : ''}`}
    >
      <svg width="14" height="14" viewBox="0 0 16 16" aria-hidden="true" fill="none">
        <path d={SHAPES[state]} stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" />
      </svg>
      {WORDS[state]}
    </span>
  );
}
