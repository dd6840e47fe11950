import { useState } from 'react';
import type { EndpointDetail } from '../../../src/mlops/serving/schema.ts';
import { FormDialog } from '../parts/FormDialog.tsx';
import layout from '../parts/layout.module.css';
import parts from '../parts/parts.module.css';
import { Swatch } from '../parts/Swatch.tsx';
import { categoryColour } from '../theme/category-colours.ts';
import styles from './endpoints.module.css';
import { Per1000 } from './Per1000.tsx';
import { SharesBar } from './SharesBar.tsx';
import { listTargets } from './traffic-targets.ts';
import type { EndpointChanges } from './use-endpoint-change.ts';
import { computeShare, typedShares, weightsTyped } from './weights-typed.ts';
import { shareText } from './words.ts';

interface TrafficDialogProps {
  readonly endpoint: EndpointDetail;
  readonly changes: EndpointChanges;
  readonly onClose: () => void;
}

/** Form for the traffic shares of the variants and routes: new share next to current share and cost. */
export function TrafficDialog({ endpoint, changes: { change }, onClose }: TrafficDialogProps) {
  const { name } = endpoint;
  const targets = listTargets(endpoint);
  const [typed, setTyped] = useState(() => typedShares(targets));
  const weights = weightsTyped(typed);
  const title = `Change the shares of ${name}`;
  const submit = () => {
    if (weights !== null) change.mutate({ kind: 'traffic', weights }, { onSuccess: onClose });
  };
  return (
    <FormDialog
      title={title}
      act="Change"
      acting="Changing…"
      width="middle"
      ready={weights !== null}
      pending={change.isPending}
      error={change.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <table className={styles.weights}>
        <thead>
          <tr>
            <th scope="col">{endpoint.routes.length === 0 ? 'Variant' : 'Variant or route'}</th>
            <th scope="col">Per 1,000</th>
            <th scope="col">Now</th>
            <th scope="col">Weight</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {targets.map(({ variant, kind, weight, per1000, unpriced, reason }, index) => (
            <tr key={variant}>
              <th scope="row">
                <span className={styles.variantName}>
                  <Swatch variable={categoryColour(index)} />
                  {variant}, {kind}
                </span>
              </th>
              <td>
                <Per1000 money={per1000} unpriced={unpriced} reason={reason} />
              </td>
              <td>{shareText(weight)}</td>
              <td>
                <input
                  className={`${parts.line} ${styles.weight}`}
                  aria-label={`Weight of ${variant}`}
                  inputMode="decimal"
                  value={typed[variant] ?? ''}
                  onChange={(event) => setTyped({ ...typed, [variant]: event.target.value })}
                />
              </td>
              <td>{weights === null ? '–' : computeShare(weights, variant)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <SharesBar
        shares={targets.map(({ variant, weight }) => ({ name: variant, share: weights?.[variant] ?? weight }))}
      />
      <p className={layout.quiet}>
        {weights === null
          ? 'Each weight is a number from 0; one at least is above 0. Only their proportion counts.'
          : 'Replicas stay as they are: only the routing changes, in one step, and it can be undone.'}
      </p>
    </FormDialog>
  );
}
