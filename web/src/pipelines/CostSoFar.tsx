import type { PipelineRunSummary } from '../../../src/mlops/pipelines/schema.ts';
import { counted } from '../format/number.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import styles from './pipelines.module.css';
import { NO_PRICE } from './words.ts';

/** Cost of a run so far, and the number of steps that it leaves out. */
export function CostSoFar({ run }: { readonly run: Pick<PipelineRunSummary, 'cost' | 'unpricedSteps' | 'steps'> }) {
  const { cost, unpricedSteps } = run;
  if (cost === null) return <Unknown reason={unpricedSteps === 0 ? 'No step with a cost has run.' : NO_PRICE} />;
  return (
    <span className={styles.cost}>
      {unpricedSteps > 0 && (
        <span data-tip={`The cost of ${counted(unpricedSteps, 'step')} is not known and excluded.`}>at least </span>
      )}
      <MoneyFigure money={cost} />
    </span>
  );
}
