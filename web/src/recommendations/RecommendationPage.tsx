import { Link, useParams } from '@tanstack/react-router';
import { OptimizationState } from '../../../src/tradeoff/optimizations/state/schema.ts';
import {
  type Recommendation,
  type RecommendationDetail,
  recommendationHandling,
} from '../../../src/tradeoff/recommendations/schema.ts';
import { STATE_WORDS } from '../optimizations/words.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { HandlingCard } from '../parts/HandlingCard.tsx';
import { Instant } from '../parts/Instant.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Notice } from '../parts/Notice.tsx';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { BeforeAfter } from './BeforeAfter.tsx';
import { EvidenceFacts } from './EvidenceFacts.tsx';
import { GpuEvidence } from './GpuEvidence.tsx';
import { KeepNotice } from './KeepNotice.tsx';
import { RecommendationActions } from './RecommendationActions.tsx';
import styles from './recommendations.module.css';
import { StepsCard } from './StepsCard.tsx';
import { useRecommendation } from './use-recommendations.ts';
import { pageAnswer, STEPS } from './words.ts';

const HEIGHT = 560;

/** One saving: its steps, its amount and its evidence. */
export function RecommendationPage() {
  const { recommendation } = useParams({ from: '/recommendations/$recommendation' });
  const query = useRecommendation(recommendation);
  const answer = () => {
    if (query.data !== undefined) return pageAnswer(query.data);
    return query.error === null ? <AnswerPending /> : query.error.message;
  };
  return (
    <Page title={query.data?.title ?? 'Saving'} answer={answer()}>
      <Loaded query={query} what="The saving" height={HEIGHT}>
        {(one) => (
          <div className={layout.stack}>
            <div className={layout.bar}>
              <p className={layout.quiet}>
                <Link to="/recommendations" className={parts.textLink}>
                  All savings
                </Link>
                <SubjectLink one={one} />
              </p>
              <RecommendationActions one={one} />
            </div>
            <TriedNotice one={one} />
            <KeepNotice one={one} />
            <StepsCard one={one} />
            <BeforeAfter one={one} />
            <GpuEvidence one={one} />
            <EvidenceFacts one={one} />
            <HandlingCard
              title="Owner"
              endpoints={recommendationHandling}
              params={{ recommendation }}
              states={['open', 'accepted', 'in_progress']}
            />
            <Card title="History">
              <Timeline one={one} />
            </Card>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function SubjectLink({ one: { action } }: { readonly one: Recommendation }) {
  if (action.type === 'endpoint_replicas') {
    return (
      <>
        {', '}
        <Link to="/endpoints/$endpoint" params={{ endpoint: action.endpoint }} className={parts.textLink}>
          endpoint {action.endpoint}
        </Link>
      </>
    );
  }
  if (action.type !== 'stop_pipeline_run') return null;
  return (
    <>
      {', '}
      <Link
        to="/pipelines/$pipeline/runs/$run"
        params={{ pipeline: action.pipeline, run: action.run }}
        className={parts.textLink}
      >
        run of {action.pipeline}
      </Link>
    </>
  );
}

/** The optimization that tries it; or the reason why it can only be applied. */
function TriedNotice({ one: { state, action, optimization: tried } }: { readonly one: RecommendationDetail }) {
  if (tried.state !== null) {
    const { optimization } = tried;
    return (
      <Notice>
        Tried under a guardrail as{' '}
        <Link to="/optimizations/$optimization" params={{ optimization }} className={parts.textLink}>
          optimization {optimization}
        </Link>
        : {STATE_WORDS[OptimizationState.parse(tried.state)][0]}.
      </Notice>
    );
  }
  if (tried.reason === null || state !== 'open' || action.type === 'by_hand') return null;
  return <p className={layout.quiet}>Not tried on live traffic: {tried.reason}</p>;
}

function Timeline({ one: { timeline, title } }: { readonly one: Recommendation }) {
  return (
    <ol className={styles.timeline} aria-label={`History of: ${title}`}>
      {timeline.map(({ at, step, by, text }, index) => (
        <li key={`${at} ${step} ${String(index)}`}>
          <strong>{STEPS[step]}</strong>{' '}
          <span className={layout.quiet}>
            <Instant at={at} />
            {by === null ? '' : `, by ${by}`}
          </span>
          <p>{text}</p>
        </li>
      ))}
    </ol>
  );
}
