import { useQuery } from '@tanstack/react-query';
import { getSystem } from '../../../src/platform/system/schema.ts';
import { endpointQuery } from '../client.ts';
import { DemoControls } from '../first-use/DemoControls.tsx';
import { formatBytes, formatCount } from '../format/number.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { Facts } from '../parts/Facts.tsx';
import { Instant } from '../parts/Instant.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { describeReadError } from '../parts/read-error.ts';

const ENGINES = { sqlite: 'SQLite', postgres: 'PostgreSQL' } as const;
const FACTS_HEIGHT = 120;

/** Version, store, size and licence of the server. */
export function AboutPage() {
  const system = useQuery(endpointQuery(getSystem));
  const answer = () => {
    if (system.data === undefined)
      return system.isError ? describeReadError(system.error, 'The server') : <AnswerPending />;
    const { version, storeEngine, dataFolder } = system.data;
    return `Steelyard ${version} on ${ENGINES[storeEngine]}; the data folder has ${formatBytes(dataFolder.sizeBytes)}.`;
  };
  return (
    <Page title="About" answer={answer()} shortAnswer>
      <div className={layout.stack}>
        <Card title="Server">
          <Loaded query={system} what="The server" height={FACTS_HEIGHT}>
            {({ version, storeEngine, nodeVersion, licence, dataFolder }) => (
              <Facts
                facts={[
                  ['Version', version],
                  ['Store', ENGINES[storeEngine]],
                  ['Node.js', nodeVersion],
                  ['License', licence],
                  ['Data folder', `${formatBytes(dataFolder.sizeBytes)} in ${formatCount(dataFolder.files)} files`],
                  ['Measured', <Instant key="measured" at={dataFolder.measuredAt} />],
                ]}
              />
            )}
          </Loaded>
        </Card>
        <Card title="Demo data">
          <p>Bills, models and GPUs that fill every page of an empty server, and can be removed.</p>
          <DemoControls />
        </Card>
        <Card title="Documentation">
          <p>
            <a className={parts.textLink} href="/api/docs">
              HTTP API
            </a>
            ,{' '}
            <a className={parts.textLink} href="/api/openapi.json">
              OpenAPI document
            </a>
            . Guides are in the folder <code>docs</code> of the distribution; <code>steelyard help</code> lists all
            commands.
          </p>
        </Card>
      </div>
    </Page>
  );
}
