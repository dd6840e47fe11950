import { Link } from '@tanstack/react-router';
import type { ModelVersion } from '../../../src/mlops/registry/schema.ts';
import { formatBytes, formatCount } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { CopyButton } from '../parts/CopyButton.tsx';
import { Facts } from '../parts/Facts.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import styles from './models.module.css';

/** Files of a version, and the commands that load, evaluate and serve it. */
export function VersionSetup({ version: one }: { readonly version: ModelVersion }) {
  const { model, version, runId, files, source } = one;
  const commands: readonly (readonly [string, string])[] = [
    ['Load it', `mlflow.pyfunc.load_model("models:/${model}/${version}")`],
    ['Evaluate it', `steelyard gate check ${model} ${version} --policy NAME`],
    ['Show its evidence', `steelyard evidence show ${model} ${version} --json`],
  ];
  return (
    <>
      <Card title="Artifacts">
        <Facts
          facts={[
            [
              'Files',
              files === null ? (
                <Unknown key="files" reason="Not counted yet, or in external storage." />
              ) : (
                `${formatCount(files.count)}, ${formatBytes(files.sizeBytes)}`
              ),
            ],
            [
              'Browse',
              runId === null ? (
                <Unknown key="run" reason="It names no run." />
              ) : (
                <Link
                  key="run"
                  to="/runs/$runId"
                  params={{ runId }}
                  search={{ tab: 'artifacts', of: `version:${model}:${version}` }}
                  className={parts.textLink}
                >
                  files of the version
                </Link>
              ),
            ],
            ['Source', <Copied key="source" text={source} what="the source" />],
            [
              'Digest',
              files === null ? (
                <Unknown key="digest" reason="Not computed yet, or in external storage." />
              ) : (
                <Copied key="digest" text={files.digest} what="the digest" />
              ),
            ],
          ]}
        />
      </Card>
      <Card title="Commands">
        <Facts
          facts={commands.map(([label, command]) => [
            label,
            <Copied key={label} text={command} what={label.toLowerCase()} />,
          ])}
        />
      </Card>
    </>
  );
}

function Copied({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <>
      <code className={styles.source}>{text}</code> <CopyButton text={text} what={what} />
    </>
  );
}
