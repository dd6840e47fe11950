import { useNavigate, useSearch } from '@tanstack/react-router';
import type { RetrainingDetail, RetrainingRoundSummary } from '../../../src/tradeoff/retraining/schema.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { PageTabs } from '../parts/PageTabs.tsx';
import { RetrainingFacts } from './RetrainingFacts.tsx';
import { RetrainingSetup } from './RetrainingSetup.tsx';
import { RoundsCard } from './RoundsCard.tsx';
import type { RetrainingTab } from './retraining-search.ts';
import { TriggersTable } from './TriggersTable.tsx';
import { WaitingCard } from './WaitingCard.tsx';

interface RetrainingTabsProps {
  readonly retraining: RetrainingDetail;
  readonly rounds: readonly RetrainingRoundSummary[];
  readonly onEnd: () => void;
}

/** Tabs of a retraining: waiting and latest rounds, triggers, rules and commands. */
export function RetrainingTabs({ retraining, rounds, onEnd }: RetrainingTabsProps) {
  const { tab = 'now' } = useSearch({ from: '/retraining/$retraining' });
  const navigate = useNavigate({ from: '/retraining/$retraining' });
  const { name, triggers, pipeline } = retraining;
  const waiting = rounds.filter(({ state }) => state === 'waiting');
  const choose = (value: RetrainingTab) =>
    void navigate({
      search: (before) => ({ ...before, tab: value === 'now' ? undefined : value }),
      resetScroll: false,
      replace: true,
    });
  return (
    <PageTabs
      label={`Retraining ${name}`}
      tabs={[
        { value: 'now', label: 'Now', count: waiting.length },
        { value: 'triggers', label: 'Triggers', count: triggers.length },
        { value: 'rules', label: 'Gain and cost rules' },
        { value: 'setup', label: 'Set up' },
      ]}
      value={tab}
      onChange={choose}
    >
      {tab === 'now' && (
        <>
          <WaitingCard rounds={waiting} pipeline={pipeline} />
          <RoundsCard retraining={retraining} rounds={rounds} onEnd={onEnd} />
        </>
      )}
      {tab === 'triggers' && (
        <Card title="Automatic triggers" flush>
          {triggers.length === 0 ? (
            <EmptyState
              shows="Triggers of rounds: alerts, the calendar, new predictions, labels or data."
              why="Its document has no trigger: rounds start manually only."
            />
          ) : (
            <TriggersTable retraining={retraining} />
          )}
        </Card>
      )}
      {tab === 'rules' && (
        <Card
          title="Cost-benefit check"
          note="A round starts automatically only when its expected gain passes this check."
        >
          <RetrainingFacts retraining={retraining} />
        </Card>
      )}
      {tab === 'setup' && <RetrainingSetup name={name} />}
    </PageTabs>
  );
}
