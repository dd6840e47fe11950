import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { listModels } from '../../../src/mlops/registry/schema.ts';
import type { ResponseOf } from '../../../src/platform/contract/schema.ts';
import type { listDecisions } from '../../../src/tradeoff/decisions/schema.ts';
import { useSession } from '../account/use-session.ts';
import { describeVisible } from '../account/visible-teams.ts';
import { verdictReason } from '../decisions/verdict-reason.ts';
import { counted } from '../format/number.ts';
import { useScope } from '../frame/use-scope.ts';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { ModelVerdictText } from './ModelVerdictText.tsx';
import { listWaiting } from './model-verdict.ts';
import { Tile } from './Tile.tsx';
import { tileScope } from './tile-scope.ts';
import styles from './tiles.module.css';

const HEIGHT = 160;
const LISTED = 2;

interface ModelsTileProps {
  readonly models: UseQueryResult<ResponseOf<typeof listModels>>;
  readonly decisions: ResponseOf<typeof listDecisions> | undefined;
}

/** Which version to ship, the reason against the better one, and the missing evidence of versions without a verdict. */
export function ModelsTile({ models, decisions }: ModelsTileProps) {
  const scope = useScope();
  const limited = describeVisible(useSession().data) !== null;
  const all = models.data?.models;
  const newest = all?.toSorted((a, b) => b.lastUpdatedAt.localeCompare(a.lastUpdatedAt))[0];
  const waiting =
    all === undefined || decisions === undefined ? undefined : listWaiting(all, decisions.decisions, verdictReason);
  return (
    <Tile
      title="Models to decide on"
      to="/models"
      status={waiting === undefined || all === undefined ? undefined : modelsStatus(all.length, waiting.length)}
      scope={tileScope(scope, { range: false, team: false }, limited)}
      action={
        newest === undefined ? (
          <Link to="/models" className={parts.button}>
            Models
          </Link>
        ) : (
          <Link to="/models/$model" params={{ model: newest.name }} className={parts.button}>
            Compare the versions
          </Link>
        )
      }
    >
      <Loaded query={{ ...models, data: waiting }} what="The models" height={HEIGHT}>
        {(list) => (
          <>
            {newest === undefined ? (
              <p className={styles.text}>{limited ? 'Your teams have no model yet.' : 'No model is registered yet.'}</p>
            ) : (
              <ModelVerdictText model={newest.name} listed={decisions} />
            )}
            {list.length > 0 && (
              <ul className={styles.lines}>
                {list.slice(0, LISTED).map(({ model, version, missing }) => (
                  <li key={model}>
                    <Link to="/models/$model/versions/$version" params={{ model, version }} className={parts.textLink}>
                      {model} v{version}
                    </Link>
                    <span>{missing}</span>
                  </li>
                ))}
              </ul>
            )}
            {all !== undefined && all.length > 1 && (
              <p className={styles.text}>{counted(all.length, 'model')}; this is the one that changed last.</p>
            )}
          </>
        )}
      </Loaded>
    </Tile>
  );
}

function modelsStatus(models: number, waiting: number) {
  if (models === 0) return { tone: 'none' as const, word: 'No model' };
  if (waiting > 0) return { tone: 'watch' as const, word: `${waiting} to decide` };
  return { tone: 'good' as const, word: 'All decided' };
}
