import type { Acceptance } from '../../../src/tradeoff/frontier/schema.ts';
import { Unknown } from '../parts/Unknown.tsx';
import { explainAcceptance } from './status-text.ts';
import styles from './tradeoffs.module.css';

const SIGNS = { accepted: '✓', rejected: '✕', unproven: '?' } as const;

/** Result of the policy for a point: sign and word first, colour second; the rules that do not pass are on hover. */
export function AcceptanceMark({ acceptance }: { readonly acceptance: Acceptance | null }) {
  if (acceptance === null) return <Unknown reason={explainAcceptance(null)} />;
  const { result } = acceptance;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the reason must be reachable without a mouse
    <span className={styles[result]} data-tip={explainAcceptance(acceptance)} tabIndex={0}>
      {SIGNS[result]} {result}
    </span>
  );
}
