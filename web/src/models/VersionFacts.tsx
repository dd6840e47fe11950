import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ModelVersion } from '../../../src/mlops/registry/schema.ts';
import { CopyButton } from '../parts/CopyButton.tsx';
import { Facts } from '../parts/Facts.tsx';
import { Instant } from '../parts/Instant.tsx';
import { LinkedText } from '../parts/LinkedText.tsx';
import { TagValue } from '../parts/TagValue.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { ParamValue } from '../pipelines/ParamValue.tsx';
import styles from './models.module.css';

/** Origin, names and description of a version. */
export function VersionFacts({ version }: { readonly version: ModelVersion }) {
  const facts: (readonly [string, ReactNode])[] = [
    ['Aliases', version.aliases.length === 0 ? 'none' : version.aliases.map((alias) => `@${alias}`).join(', ')],
    ['Stage', version.stage],
    ['Registered', <Instant key="registered" at={version.createdAt} />],
    ['Changed', <Instant key="changed" at={version.updatedAt} />],
    ['Run', <RunOf key="run" version={version} />],
    ['Logged model', version.modelId ?? <Unknown key="model" reason="It was not registered from a logged model." />],
    [
      'Source',
      <span key="source">
        <code className={styles.source}>
          <LinkedText text={version.source} />
        </code>{' '}
        <CopyButton text={version.source} what="the source" />
      </span>,
    ],
    ...pairs('Tag', version.tags, ([key]) => !isInternal(key)),
    ...pairs('Param', version.params, () => true),
  ];
  const internal = pairs('Tag', version.tags, ([key]) => isInternal(key) && key !== MARK);
  return (
    <>
      <Facts facts={facts} />
      {internal.length > 0 && (
        <details className={styles.internal}>
          <summary>Show internal tags ({internal.length})</summary>
          <Facts facts={internal} />
        </details>
      )}
    </>
  );
}

function RunOf({ version: { runId, model, version } }: { readonly version: ModelVersion }) {
  if (runId === null) return <Unknown reason="It names no run." />;
  return (
    <>
      <Link to="/runs/$runId" params={{ runId }} className={styles.verdictLink}>
        {runId.slice(0, 8)}
      </Link>{' '}
      <Link
        to="/runs/$runId"
        params={{ runId }}
        search={{ tab: 'artifacts', of: `version:${model}:${version}` }}
        className={styles.files}
      >
        its files
      </Link>
    </>
  );
}

/** By which a retried registration finds its version; it means nothing to users. */
const MARK = 'steelyard.mark';

/** Tags by which the server and its jobs find their own versions. */
function isInternal(key: string): boolean {
  return key.startsWith('steelyard.');
}

function pairs(
  what: string,
  values: Readonly<Record<string, string>>,
  isShown: (entry: readonly [string, string]) => boolean,
): (readonly [string, ReactNode])[] {
  const keys = Object.entries(values)
    .filter(isShown)
    .map(([key]) => key);
  return keys.map(
    (key) =>
      [
        `${what} ${key}`,
        what === 'Param' ? (
          <ParamValue key={key} value={values[key]} />
        ) : (
          <TagValue key={key} name={key} tags={values} />
        ),
      ] as const,
  );
}
