import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { OptimizationDetail } from '../../../src/tradeoff/optimizations/schema.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { ExampleFile } from '../parts/ExampleFile.tsx';
import { LinkedText } from '../parts/LinkedText.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { ActDialog } from './ActDialog.tsx';
import { ChecksCard } from './ChecksCard.tsx';
import { OptimizationStateMark } from './OptimizationStateMark.tsx';
import { toOptimizationYaml } from './optimization-yaml.ts';
import styles from './optimizations.module.css';
import { RampCard } from './RampCard.tsx';
import { SavingCard } from './SavingCard.tsx';
import { StepsCard } from './StepsCard.tsx';
import { useOptimization } from './use-optimizations.ts';
import { WatchCard } from './WatchCard.tsx';
import { ACT_LABELS, describeOptimization, listActs, type OptimizationAct } from './words.ts';

const HEIGHT = 640;

/** One optimization: its traffic, proof, saving and steps. */
export function OptimizationPage() {
  const { optimization } = useParams({ from: '/optimizations/$optimization' });
  const query = useOptimization(optimization);
  const answer = () => {
    if (query.data !== undefined) return describeOptimization(query.data);
    return query.error === null ? <AnswerPending /> : query.error.message;
  };
  return (
    <Page title={optimization} answer={answer()} longAnswer>
      <Loaded query={query} what="The optimization" height={HEIGHT}>
        {(one) => <Body one={one} />}
      </Loaded>
    </Page>
  );
}

function Body({ one }: { readonly one: OptimizationDetail }) {
  const [asked, setAsked] = useState<OptimizationAct | null>(null);
  const { endpoint, spec, state } = one;
  return (
    <div className={layout.stack}>
      <div className={layout.bar}>
        <p className={layout.quiet}>
          <OptimizationStateMark state={state} />{' '}
          <Link to="/optimizations" className={parts.textLink}>
            All optimizations
          </Link>
          {', '}
          <Link to="/endpoints/$endpoint" params={{ endpoint }} className={parts.textLink}>
            endpoint {endpoint}
          </Link>
        </p>
        <div className={styles.actions}>
          {listActs(one).map((act) => (
            <button key={act} type="button" className={parts.button} onClick={() => setAsked(act)}>
              {ACT_LABELS[act]}
            </button>
          ))}
        </div>
      </div>
      {spec.description !== undefined && (
        <p className={layout.quiet}>
          <LinkedText text={spec.description} />
        </p>
      )}
      <RampCard one={one} />
      <ChecksCard one={one} />
      <SavingCard one={one} />
      <WatchCard one={one} />
      <StepsCard one={one} />
      <Card title="As code" note="The document that proposes it: steelyard optimization propose -f FILE">
        <details>
          <summary className={styles.summary}>Show the document</summary>
          <ExampleFile name={`${one.optimization}.yaml`} text={toOptimizationYaml(one)} />
        </details>
      </Card>
      {asked !== null && <ActDialog act={asked} one={one} onClose={() => setAsked(null)} />}
    </div>
  );
}
