import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { RetrainingDetail, RetrainingRoundSummary } from '../../../src/tradeoff/retraining/schema.ts';
import { counted } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { DataTable } from '../table/DataTable.tsx';
import { roundColumns } from './round-columns.tsx';
import { roundsCsv } from './rounds-csv.ts';

interface RoundsCardProps {
  readonly retraining: RetrainingDetail;
  readonly rounds: readonly RetrainingRoundSummary[];
  readonly onEnd: () => void;
  readonly title?: string;
}

/** Rounds with their gain, cost and verdict, latest first. */
export function RoundsCard({ retraining: { name, model }, rounds, onEnd, title = 'Round history' }: RoundsCardProps) {
  const navigate = useNavigate();
  const columns = useMemo(() => roundColumns(model), [model]);
  return (
    <Card
      title={title}
      note={`${counted(rounds.length, 'round')}, latest first`}
      actions={<CsvButton name={`${name}-rounds`} what="the rounds" text={() => roundsCsv(rounds)} />}
      flush
    >
      {rounds.length === 0 ? (
        <EmptyState
          shows="Every round from its trigger to its verdict, with its gain and cost."
          why="No round has been opened yet. Retrain now with the button above, or wait for a trigger."
        />
      ) : (
        <DataTable
          label={`Rounds of ${name}`}
          openHint="Arrow keys move, Enter opens a round"
          columns={columns}
          rows={rounds}
          rowId={({ round }) => String(round)}
          onOpen={({ round }) =>
            void navigate({
              to: '/retraining/$retraining/rounds/$round',
              params: { retraining: name, round: String(round) },
            })
          }
          onEnd={onEnd}
        />
      )}
    </Card>
  );
}
