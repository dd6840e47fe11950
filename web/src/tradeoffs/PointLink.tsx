import { Fragment } from 'react';
import type { ModelFrontierPoint } from '../../../src/tradeoff/frontier/schema.ts';
import { VersionLink } from '../parts/VersionLink.tsx';
import { describeCascade, formatThreshold } from './cascade-text.ts';

interface PointLinkProps {
  readonly model: string;
  readonly point: Pick<ModelFrontierPoint, 'point' | 'version' | 'cascade'>;
  readonly labels: ReadonlyMap<string, string>;
}

/** A point as a link to its version; a cascade as links to both, with its threshold: `v2 -> v5 (t 0.82, 31 % escalate)`. */
export function PointLink({ model, point: { point, version, cascade }, labels }: PointLinkProps) {
  if (cascade === null) {
    return (
      <VersionLink model={model} version={version ?? ''}>
        {labels.get(point)}
      </VersionLink>
    );
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the description must be reachable without a mouse
    <span data-tip={describeCascade(cascade)} tabIndex={0}>
      {cascade.stages.map((stage, at) => (
        <Fragment key={stage.version}>
          {at > 0 && ' -> '}
          <VersionLink model={model} version={stage.version}>
            v{stage.version}
          </VersionLink>
        </Fragment>
      ))}{' '}
      ({formatThreshold(cascade)})
    </span>
  );
}
