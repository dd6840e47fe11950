import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import type { EndpointDetail, EndpointRevision } from '../../../src/mlops/serving/schema.ts';
import { HealthMark } from '../health/HealthMark.tsx';
import { useEndpointHealth } from '../health/use-production-health.ts';
import { useOptimizations } from '../optimizations/use-optimizations.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Notice } from '../parts/Notice.tsx';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { EndpointAnswer } from './EndpointAnswer.tsx';
import { EndpointNotice } from './EndpointNotice.tsx';
import { EndpointStateMark } from './EndpointStateMark.tsx';
import { EndpointTabs } from './EndpointTabs.tsx';
import styles from './endpoints.module.css';
import type { EndpointSearch } from './endpoints-search.ts';
import { RollbackDialog } from './RollbackDialog.tsx';
import { TrafficDialog } from './TrafficDialog.tsx';
import { useEndpointChange } from './use-endpoint-change.ts';
import { useEndpoint } from './use-endpoints.ts';
import { useRollout, useScaling } from './use-rollout.ts';
import { rollbackTarget } from './words.ts';

const HEIGHT = 640;

/** One endpoint: availability, latency, cost, and revisions for a rollback. */
export function EndpointPage() {
  const { endpoint: name } = useParams({ from: '/endpoints/$endpoint' });
  const endpoint = useEndpoint(name);
  // These cards may be absent. The page waits for all, so that no content moves when they arrive.
  const needed = [useRollout(name), useScaling(name), useOptimizations({ endpoint: name }), useEndpointHealth(name)];
  const waits = needed.some(({ isFetched }) => !isFetched);
  const answer = () => {
    if (endpoint.data !== undefined) return <EndpointAnswer endpoint={endpoint.data} />;
    return endpoint.error === null ? <AnswerPending /> : endpoint.error.message;
  };
  return (
    <Page title={name} answer={answer()} shortAnswer>
      <Loaded query={waits ? { ...endpoint, data: undefined } : endpoint} what="The endpoint" height={HEIGHT}>
        {(data) => <Body endpoint={data} />}
      </Loaded>
    </Page>
  );
}

type Asked = 'traffic' | EndpointRevision | null;

function Body({ endpoint }: { readonly endpoint: EndpointDetail }) {
  const [asked, setAsked] = useState<Asked>(null);
  const search = useSearch({ from: '/endpoints/$endpoint' });
  const navigate = useNavigate({ from: '/endpoints/$endpoint' });
  const changes = useEndpointChange(endpoint);
  const health = useEndpointHealth(endpoint.name);
  const onSearch = useCallback(
    (next: EndpointSearch) =>
      void navigate({ search: (before) => ({ ...before, ...next }), resetScroll: false, replace: true }),
    [navigate],
  );
  const ask = (next: Asked) => {
    changes.change.reset();
    setAsked(next);
  };
  const close = () => setAsked(null);
  const before = rollbackTarget(endpoint);
  const { state, newest, description } = endpoint;
  return (
    <div className={layout.stack}>
      <div className={styles.bar}>
        <p className={layout.quiet}>
          {health.data != null && <HealthMark status={health.data.status} reasons={health.data.reasons} />}
          <span className={styles.stateBeside}>
            <EndpointStateMark state={state} />
          </span>
          {description !== null && <span className={styles.about}>{description}</span>}
        </p>
        {before !== null && (
          <button type="button" className={`${parts.button} ${parts.primary}`} onClick={() => ask(before)}>
            Roll back…
          </button>
        )}
      </div>
      <EndpointNotice changes={changes} />
      {state === 'failed' && newest.reason !== null && (
        <Notice kind="note">
          Revision {newest.revision} did not become ready: {newest.reason.split('\n', 1)[0]}
        </Notice>
      )}
      <EndpointTabs
        endpoint={endpoint}
        search={search}
        onSearch={onSearch}
        onTraffic={() => ask('traffic')}
        onRollback={ask}
      />
      {asked === 'traffic' && <TrafficDialog endpoint={endpoint} changes={changes} onClose={close} />}
      {asked !== null && asked !== 'traffic' && (
        <RollbackDialog endpoint={endpoint} to={asked} changes={changes} onClose={close} />
      )}
    </div>
  );
}
