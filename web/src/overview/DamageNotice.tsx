import { useQuery } from '@tanstack/react-query';
import { type DamagedPlace, getKnownDamage } from '../../../src/platform/integrity/schema.ts';
import { endpointQuery } from '../client.ts';
import { Card } from '../parts/Card.tsx';
import { damageSummary, placeText } from './damage-text.ts';
import styles from './overview.module.css';

/** Places that are listed; the command lists all. */
const LISTED = 10;

interface DamageNoticeProps {
  /** False until the page's headline is loaded, so that this request does not delay it. */
  readonly ask: boolean;
}

/** Damaged stored data, and the command that repairs it. Nothing where no damage is known. */
export function DamageNotice({ ask }: DamageNoticeProps) {
  const { data } = useQuery({ ...endpointQuery(getKnownDamage), enabled: ask });
  if (data === undefined || data.count === 0) return null;
  return (
    <Card title="Damaged data" className="wide">
      <div role="alert">
        <p>{damageSummary(data)}</p>
        <ul className={styles.damage}>
          {data.damaged.slice(0, LISTED).map((place) => (
            <Place key={`${place.what} ${place.offset}`} place={place} />
          ))}
        </ul>
        {data.count > LISTED && <p>{`${data.count - LISTED} more.`}</p>}
        {data.command !== null && (
          <p>
            Run <code>{data.command}</code> on the server. Restore the rest from a backup.
          </p>
        )}
      </div>
    </Card>
  );
}

function Place({ place }: { readonly place: DamagedPlace }) {
  return (
    <li>
      <code>{place.what}</code>: {placeText(place)}
    </li>
  );
}
