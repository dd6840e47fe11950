import { Link } from '@tanstack/react-router';
import type { Decision } from '../../../src/tradeoff/decisions/schema.ts';
import { VerdictMark } from '../parts/VerdictMark.tsx';
import styles from './tiles.module.css';

const PAST = { promote: 'promoted', hold: 'on hold', reject: 'rejected' } as const;

/** Verdicts over time as marks, each a link to its decision. */
export function VerdictStrip({ decisions }: { readonly decisions: readonly Decision[] }) {
  return (
    <ol className={styles.strip} aria-label="Verdicts, oldest first">
      {decisions.map(({ decision, model, version, verdict }) => {
        const name = `${model} v${version}: ${PAST[verdict]}`;
        return (
          <li key={decision}>
            <Link to="/decisions/$decision" params={{ decision }} aria-label={name} title={name}>
              <VerdictMark verdict={verdict} word="" />
            </Link>
          </li>
        );
      })}
    </ol>
  );
}
