import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { listModels } from '../../../src/mlops/registry/schema.ts';
import { endpointQuery } from '../client.ts';
import { Card } from '../parts/Card.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import styles from './lineage.module.css';

const HEIGHT = 80;
const MOST = 20;

/** The latest version of each model, as links to its lineage. */
export function StartCard() {
  const models = useQuery(endpointQuery(listModels));
  return (
    <Card title="Latest versions">
      <Loaded query={models} what="The models" height={HEIGHT}>
        {(data) => {
          const latest = data.models.flatMap(({ name, latestVersion }) =>
            latestVersion === null ? [] : [{ name, version: latestVersion }],
          );
          if (latest.length === 0) return 'No model version is registered yet.';
          return (
            <ul className={styles.start}>
              {latest.slice(0, MOST).map(({ name, version }) => (
                <li key={name}>
                  <Link to="/lineage" search={{ node: `model_version:${name}/${version}` }} className={styles.cellLink}>
                    {name} v{version}
                  </Link>
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
    </Card>
  );
}
