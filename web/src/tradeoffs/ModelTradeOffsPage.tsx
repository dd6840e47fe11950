import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import type { ModelFrontier } from '../../../src/tradeoff/frontier/schema.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { ErrorState } from '../parts/ErrorState.tsx';
import layout from '../parts/layout.module.css';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { describeReadError } from '../parts/read-error.ts';
import { Skeleton } from '../parts/Skeleton.tsx';
import { ChoicesCard } from './ChoicesCard.tsx';
import { listCascadeNotes } from './cascade-text.ts';
import { FrontierCard } from './FrontierCard.tsx';
import { LeftOutCard } from './LeftOutCard.tsx';
import { NoPoints } from './NoPoints.tsx';
import { PointsTable } from './PointsTable.tsx';
import { labelPoints } from './point-labels.ts';
import { TradeOffsAnswer } from './TradeOffsAnswer.tsx';
import { TradeOffsControls } from './TradeOffsControls.tsx';
import styles from './tradeoffs.module.css';
import type { TradeOffsSearch } from './tradeoffs-search.ts';
import { UncomparedNotice } from './UncomparedNotice.tsx';
import { useFrontier } from './use-frontier.ts';
import { WhatIfCard } from './WhatIfCard.tsx';

const CONTROLS_HEIGHT = 32;
const CHART_HEIGHT = 680;
const REST_HEIGHT = 600;

/** Versions of one model by cost and quality, the choices among them, and what a change would cost. */
export function ModelTradeOffsPage() {
  const { model } = useParams({ from: '/trade-offs/$model' });
  const search = useSearch({ from: '/trade-offs/$model' });
  const navigate = useNavigate({ from: '/trade-offs/$model' });
  const { policies, policy, frontier } = useFrontier(model, search);
  const { data } = frontier;
  const labels = useMemo(() => labelPoints(data?.points ?? []), [data]);
  const onSearch = useCallback(
    (next: TradeOffsSearch) =>
      void navigate({ search: (before) => ({ ...before, ...next }), resetScroll: false, replace: true }),
    [navigate],
  );
  return (
    <Page
      title={`Trade-offs of ${model}`}
      answer={
        data !== undefined ? (
          <TradeOffsAnswer frontier={data} labels={labels} />
        ) : frontier.isError ? (
          describeReadError(frontier.error, `The trade-offs of ${model}`)
        ) : (
          <AnswerPending />
        )
      }
    >
      {data === undefined && !frontier.isError ? (
        <div className={layout.stack} aria-busy="true">
          <Skeleton height={CONTROLS_HEIGHT} />
          <Skeleton height={CHART_HEIGHT} />
          <Skeleton height={REST_HEIGHT} />
        </div>
      ) : (
        <div className={layout.stack}>
          <div className={layout.bar}>
            <TradeOffsControls {...{ policies, policy, search, onSearch }} frontier={data} />
            <Link to="/models/$model" params={{ model }} className={parts.textLink}>
              Versions of {model}
            </Link>
          </div>
          {frontier.isError && (
            <ErrorState
              error={frontier.error}
              what={`The trade-offs of ${model}`}
              onRetry={() => void frontier.refetch()}
            />
          )}
          {data !== undefined && !frontier.isError && (
            <Body {...{ labels, search, policy, onSearch }} frontier={data} />
          )}
        </div>
      )}
    </Page>
  );
}

interface BodyProps {
  readonly frontier: ModelFrontier;
  readonly labels: ReadonlyMap<string, string>;
  readonly search: TradeOffsSearch;
  readonly policy: string | undefined;
  readonly onSearch: (next: TradeOffsSearch) => void;
}

function Body({ frontier, labels, search, policy, onSearch }: BodyProps) {
  const { model, points, leftOut, notes } = frontier;
  const asTable = search.view === 'table';
  return (
    <>
      {points.length === 0 ? (
        <NoPoints frontier={frontier} />
      ) : (
        <>
          <UncomparedNotice frontier={frontier} />
          <FrontierCard
            {...{ frontier, labels, asTable }}
            price={search.price}
            onPrice={(price) => onSearch({ price })}
            onTable={(next) => onSearch({ view: next ? 'table' : undefined })}
          />
          <ChoicesCard frontier={frontier} labels={labels} />
          {!asTable && (
            <Card title="Points" flush>
              <PointsTable frontier={frontier} labels={labels} />
            </Card>
          )}
        </>
      )}
      {leftOut.length > 0 && <LeftOutCard leftOut={leftOut} />}
      <WhatIfCard {...{ model, policy, search, onSearch, frontier }} />
      <ul className={styles.notes} aria-label="Notes">
        {[...notes, ...listCascadeNotes(frontier)].map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </>
  );
}
