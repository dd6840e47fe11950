import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { DecisionDetail } from '../../../src/tradeoff/decisions/schema.ts';
import { VersionLink } from '../parts/VersionLink.tsx';
import styles from './decisions.module.css';

/** Effect of the verdict on the alias, with links to the versions. */
export function ActionTaken({ decision }: { readonly decision: DecisionDetail }) {
  const { alias } = decision.evidence.policy.spec;
  const champion = decision.evidence.champion;
  const link = (version: string) => <VersionLink model={decision.model} version={version} />;
  const unchanged =
    champion === null ? (
      `Nothing was changed: no version has the alias @${alias}.`
    ) : (
      <>
        Nothing was changed: @{alias} stayed at {link(champion.version)}.
      </>
    );
  return (
    <div className={styles.action}>
      <p>{decision.action === null ? unchanged : <Moved action={decision.action} link={link} />}</p>
      <p className={styles.links}>
        <Link to="/models/$model" params={{ model: decision.model }}>
          All versions of {decision.model}
        </Link>
        <Link to="/decisions" search={{ model: decision.model }}>
          All decisions on {decision.model}
        </Link>
      </p>
    </div>
  );
}

interface MovedProps {
  readonly action: NonNullable<DecisionDetail['action']>;
  readonly link: (version: string) => ReactNode;
}

function Moved({ action: { alias, from, to }, link }: MovedProps) {
  if (from === null) {
    return (
      <>
        The alias @{alias} was set to {link(to)}.
      </>
    );
  }
  return (
    <>
      The alias @{alias} moved from {link(from)} to {link(to)}.
    </>
  );
}
