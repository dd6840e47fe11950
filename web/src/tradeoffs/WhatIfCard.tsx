import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ModelFrontier, whatIf } from '../../../src/tradeoff/frontier/schema.ts';
import { endpointQuery } from '../client.ts';
import { Card } from '../parts/Card.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import styles from './tradeoffs.module.css';
import type { TradeOffsSearch } from './tradeoffs-search.ts';
import { WhatIfForm } from './WhatIfForm.tsx';
import { WhatIfResult } from './WhatIfResult.tsx';
import { NO_CHANGE, toChange } from './what-if-change.ts';

interface WhatIfCardProps {
  readonly model: string;
  readonly policy: string | undefined;
  readonly frontier: ModelFrontier;
  readonly search: TradeOffsSearch;
  readonly onSearch: (next: TradeOffsSearch) => void;
}

const RESULT_HEIGHT = 420;

/** Cost, latency and quality after a change, next to those of now. The change is in the address. */
export function WhatIfCard({ model, policy, frontier, search, onSearch }: WhatIfCardProps) {
  const change = toChange(search);
  const answer = useQuery({
    ...endpointQuery(whatIf, {
      params: { model },
      body: {
        change: change ?? {},
        ...(policy === undefined ? {} : { policy }),
        ...(search.metric === undefined ? {} : { metric: search.metric }),
        ...(search.demand === undefined ? {} : { predictionsPerMonth: search.demand }),
      },
    }),
    enabled: change !== null,
    placeholderData: keepPreviousData,
  });
  const hardware = [...new Set(frontier.points.map((point) => point.hardware.name))];
  return (
    <Card
      title="What-if"
      note="Computed from measured profiles and the price book. Nothing is changed and nothing is stored."
    >
      <WhatIfForm
        key={JSON.stringify(change)}
        search={search}
        hardware={hardware}
        onSubmit={onSearch}
        onClear={change === null ? null : () => onSearch(NO_CHANGE)}
      />
      {change !== null && (
        <div className={styles.result} aria-live="polite">
          <Loaded query={answer} what="The effect" height={RESULT_HEIGHT}>
            {(data) => <WhatIfResult answer={data} metric={frontier.qualityAxis?.metric ?? 'quality'} />}
          </Loaded>
        </div>
      )}
    </Card>
  );
}
