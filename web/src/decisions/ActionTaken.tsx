import { Link } from '@tanstack/react-router';
import type { DecisionDetail } from '../../../src/tradeoff/decisions/schema.ts';
import styles from './decisions.module.css';

/** What the verdict changed, and where to go on. */
export function ActionTaken({ decision }: { readonly decision: DecisionDetail }) {
  const { alias } = decision.evidence.policy.spec;
  const champion = decision.evidence.champion;
  const unchanged =
    champion === null
      ? `Nothing was changed: no version stood behind @${alias}.`
      : `Nothing was changed: @${alias} stayed at version ${champion.version}.`;
  return (
    <div className={styles.action}>
      <p>{decision.action === null ? unchanged : movedText(decision.action)}</p>
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

function movedText(action: NonNullable<DecisionDetail['action']>): string {
  if (action.from === null) return `The alias @${action.alias} was set to version ${action.to}.`;
  return `The alias @${action.alias} moved from version ${action.from} to version ${action.to}.`;
}
