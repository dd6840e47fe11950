import type { EndpointRevision } from '../../../src/mlops/serving/schema.ts';
import layout from '../parts/layout.module.css';
import styles from './endpoints.module.css';
import { SharesBar } from './SharesBar.tsx';
import { versionsText, weightsText } from './words.ts';

interface RevisionFactsProps {
  readonly title: string;
  readonly revision: EndpointRevision;
}

/** Versions and traffic of a revision, in a few lines. */
export function RevisionFacts({ title, revision }: RevisionFactsProps) {
  const { weights } = revision;
  return (
    <section className={styles.revision}>
      <h3 className={styles.partTitle}>{title}</h3>
      <p>{versionsText(revision)}</p>
      <p className={layout.quiet}>{weightsText(weights)}</p>
      <SharesBar shares={Object.entries(weights).map(([name, share]) => ({ name, share }))} />
    </section>
  );
}
