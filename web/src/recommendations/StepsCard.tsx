import type { Recommendation } from '../../../src/tradeoff/recommendations/schema.ts';
import { Card } from '../parts/Card.tsx';
import layout from '../parts/layout.module.css';
import styles from './recommendations.module.css';
import { effortText } from './words.ts';

/** Steps of the action, with the risk in words. */
export function StepsCard({ one: { action, risk, guard, before, after } }: { readonly one: Recommendation }) {
  const isByHand = action.type === 'by_hand';
  return (
    <Card
      title="Steps"
      note={`${effortText(action)}, ${risk.level} risk. ${isByHand ? 'This server cannot carry it out: do these steps, then mark it as done.' : 'Review the change, then apply it; nothing changes before.'}`}
    >
      {action.type === 'by_hand' ? (
        <ol className={styles.changes}>
          {action.commands.map((step) => (
            <li key={step}>{capital(step)}</li>
          ))}
        </ol>
      ) : (
        <p>
          {before} → {after}
        </p>
      )}
      <p className={styles.risk}>
        <strong>Risk:</strong> {risk.text}
      </p>
      <p className={layout.quiet}>
        <strong>Guard:</strong> {guard}
      </p>
    </Card>
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
