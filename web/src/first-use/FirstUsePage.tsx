import { Link } from '@tanstack/react-router';
import { counted } from '../format/number.ts';
import { DamageNotice } from '../overview/DamageNotice.tsx';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { BillStep } from './BillStep.tsx';
import { BudgetStep } from './BudgetStep.tsx';
import { DemoStep } from './DemoStep.tsx';
import styles from './first-use.module.css';
import { MlflowStep } from './MlflowStep.tsx';
import { PeopleStep } from './PeopleStep.tsx';
import { useFirstUse } from './use-first-use.ts';

const HEIGHT = 640;

interface FirstUsePageProps {
  /** Closes the checklist for good; left out at its own address. */
  readonly onDismiss?: () => void;
  /** Opens the overview in the place of the checklist. */
  readonly onOverview?: () => void;
}

/** Checklist of the first use: each step can be done in the browser and ticks itself. */
export function FirstUsePage({ onDismiss, onOverview }: FirstUsePageProps) {
  const first = useFirstUse({ poll: true });
  const steps = Object.values(first.data?.steps ?? {});
  const done = steps.filter((step) => step.done).length;
  return (
    <Page title="First steps" answer={answer()} shortAnswer>
      <DamageNotice ask={first.isFetched} />
      <Loaded query={first} what="The first steps" height={HEIGHT}>
        {({ empty, steps: { bill, mlflow, budget, demo, people } }) => (
          <>
            <ol className={styles.steps} data-testid="first-steps">
              <BillStep step={bill} />
              <MlflowStep step={mlflow} />
              <BudgetStep step={budget} />
              <DemoStep step={demo} />
              <PeopleStep step={people} />
            </ol>
            <p className={styles.dismiss}>
              {empty ? (
                onDismiss !== undefined && (
                  <>
                    <button type="button" className={parts.plain} onClick={onDismiss}>
                      Hide this list
                    </button>{' '}
                    It stays at <code>/first-use</code>.
                  </>
                )
              ) : (
                <Link to="/" className={`${parts.button} ${parts.primary}`} onClick={onOverview}>
                  Open the overview
                </Link>
              )}
            </p>
          </>
        )}
      </Loaded>
    </Page>
  );

  function answer() {
    if (first.data === undefined) return first.error === null ? <AnswerPending /> : 'The steps could not be read.';
    if (first.data.empty) return 'This server is empty. Start with a bill, with MLflow, or with the demo data.';
    if (first.data.demo === 'loaded') return 'This server shows demo data.';
    return `${counted(done, 'step')} of ${steps.length} done.`;
  }
}
