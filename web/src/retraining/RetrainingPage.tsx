import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { RetrainingDetail } from '../../../src/tradeoff/retraining/schema.ts';
import { counted } from '../format/number.ts';
import { formatInstant } from '../format/time.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { RetrainingTabs } from './RetrainingTabs.tsx';
import { StartDialog } from './StartDialog.tsx';
import { useRetraining } from './use-retrainings.ts';
import { roundSentence } from './words.ts';

const HEIGHT = 480;

/** One retraining: its triggers, its expected gain against its cost, and its rounds. */
export function RetrainingPage() {
  const { retraining } = useParams({ from: '/retraining/$retraining' });
  const { query, rounds, onEnd } = useRetraining(retraining);
  const [starting, setStarting] = useState(false);
  const answer = () => {
    if (query.data !== undefined) return <Answer retraining={query.data} />;
    return query.error === null ? <AnswerPending /> : query.error.message;
  };
  return (
    <Page title={retraining} answer={answer()} shortAnswer>
      <Loaded query={query} what="The retraining" height={HEIGHT}>
        {(data) => (
          <div className={layout.stack}>
            <div className={layout.bar}>
              <p className={layout.quiet}>
                <Link to="/monitoring/$monitor" params={{ monitor: data.monitor }} className={parts.textLink}>
                  Monitor {data.monitor}
                </Link>
                {', '}
                <Link to="/pipelines/$pipeline" params={{ pipeline: data.pipeline }} className={parts.textLink}>
                  pipeline {data.pipeline}
                </Link>
              </p>
              <button
                type="button"
                className={`${parts.button} ${parts.primary}`}
                disabled={data.underWay !== null}
                data-tip={
                  data.underWay === null ? undefined : `Round ${data.underWay} is running; only one round at a time.`
                }
                onClick={() => setStarting(true)}
              >
                Retrain now…
              </button>
            </div>
            <RetrainingTabs retraining={data} rounds={rounds} onEnd={onEnd} />
            {starting && (
              <StartDialog
                retraining={retraining}
                pipeline={data.pipeline}
                round={null}
                onClose={() => setStarting(false)}
              />
            )}
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Answer({ retraining }: { readonly retraining: RetrainingDetail }) {
  const { model, alias, champion, lastRound, waiting, underWay, coolsUntil } = retraining;
  const cools = coolsUntil !== null && Date.parse(coolsUntil) > Date.now();
  const now =
    underWay !== null
      ? `round ${underWay} is running`
      : waiting > 0
        ? `${counted(waiting, 'round')} ${waiting === 1 ? 'waits' : 'wait'}`
        : cools
          ? `no automatic start before ${formatInstant(coolsUntil)}`
          : 'no trigger is due';
  const last =
    lastRound === null
      ? 'No retraining here yet'
      : lastRound.state === 'waiting' || lastRound.round === underWay
        ? null
        : roundSentence(lastRound);
  const runs = champion === null ? `${model} has no @${alias}` : `${model} runs version ${champion} as ${alias}`;
  return `${runs}. ${last === null ? capital(now) : `${last}; ${now}`}.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
