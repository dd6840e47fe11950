import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { listModels } from '../../../src/mlops/registry/schema.ts';
import { listExperiments } from '../../../src/mlops/runs/schema.ts';
import { endpointQuery } from '../client.ts';
import { counted } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { SettingsTable } from './SettingsTable.tsx';
import { selectWithoutTeam } from './without-team.ts';

const TABLE_HEIGHT = 160;
/** Things of each kind that are looked at, and listed. */
const MOST = 1000;
const SHOWN = 50;

/** Experiments and models that no team owns: members of teams do not see them where reads are limited by team. */
export function WithoutTeamCard() {
  const query = { pageSize: MOST };
  const experiments = useQuery(endpointQuery(listExperiments, { query }));
  const models = useQuery(endpointQuery(listModels, { query }));
  return (
    <Card
      title="Without a team"
      note="Experiments and models without the tag steelyard.team or steelyard.project: where reads are limited by team, only operators and administrators see them"
      actions={
        <Link to="/allocation" className={parts.button}>
          Unallocated cost
        </Link>
      }
      flush
    >
      <Loaded query={models} what="The models" height={TABLE_HEIGHT}>
        {(registered) => (
          <Loaded query={experiments} what="The experiments" height={TABLE_HEIGHT}>
            {(active) => {
              const own = [
                ...selectWithoutTeam(registered.models).map(({ name }) => buildModelRow(name)),
                ...selectWithoutTeam(active.experiments).map((one) => buildExperimentRow(one)),
              ];
              if (own.length === 0)
                return (
                  <EmptyState
                    shows="Experiments and models without the tag steelyard.team or steelyard.project."
                    why="Every experiment and model has a team or a project."
                  />
                );
              return (
                <SettingsTable label={describeRows(own.length)} head={['Name', 'Kind']} rows={own.slice(0, SHOWN)} />
              );
            }}
          </Loaded>
        )}
      </Loaded>
    </Card>
  );
}

/** Name of the table. Example: `60 things without a team, the first 50`. */
function describeRows(count: number): string {
  return `${counted(count, 'thing')} without a team${count > SHOWN ? `, the first ${SHOWN}` : ''}`;
}

function buildModelRow(name: string) {
  const link = (
    <Link key="name" to="/models/$model" params={{ model: name }} className={parts.textLink}>
      {name}
    </Link>
  );
  return { key: `model ${name}`, cells: [link, 'Model'] };
}

function buildExperimentRow({ experimentId, name }: { readonly experimentId: string; readonly name: string }) {
  const link = (
    <Link key="name" to="/experiments/$experimentId" params={{ experimentId }} className={parts.textLink}>
      {name}
    </Link>
  );
  return { key: `experiment ${experimentId}`, cells: [link, 'Experiment'] };
}
