import { Fragment } from 'react';
import type { EndpointDetail, EndpointRevision } from '../../../src/mlops/serving/schema.ts';
import { VersionLink } from '../parts/VersionLink.tsx';
import { versionsText } from './words.ts';

interface ServedVersionsProps {
  readonly revision: Pick<EndpointRevision, 'versions'>;
  /** Of the endpoint: they name the model; undefined while they are not known. */
  readonly variants: EndpointDetail['variants'] | undefined;
}

/** Versions of a revision as links: `main version 3, canary version 4`. Plain text while the model is not known. */
export function ServedVersions({ revision, variants }: ServedVersionsProps) {
  const model = variants?.[0]?.model;
  if (model === undefined) return versionsText(revision);
  const versions = Object.entries(revision.versions);
  return versions.map(([variant, version], index) => (
    <Fragment key={variant}>
      {index > 0 && ', '}
      {versions.length > 1 && `${variant} `}
      <VersionLink model={model} version={version} />
    </Fragment>
  ));
}
