import { useState } from 'react';
import type { Decision } from '../../../src/tradeoff/decisions/schema.ts';
import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import type { Policy } from '../../../src/tradeoff/gates/schema.ts';
import { EmptyState } from '../parts/EmptyState.tsx';
import layout from '../parts/layout.module.css';
import { Select } from '../parts/Select.tsx';
import { EvaluationsCard } from './EvaluationsCard.tsx';
import { findChampion } from './versions.ts';

interface ModelEvaluationsProps {
  readonly model: string;
  readonly versions: readonly VersionEvidence[];
  readonly policy: Policy | undefined;
  /** Newest first. */
  readonly decisions: readonly Decision[];
}

/** Evaluations of one version of a model, the champion first. */
export function ModelEvaluations({ model, versions, policy, decisions }: ModelEvaluationsProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  const first = findChampion(versions, policy) ?? versions[0];
  const version = versions.find((one) => one.version === chosen) ?? first;
  if (version === undefined) {
    return <EmptyState shows="Evaluations of each version." why="The model has no version yet." />;
  }
  const own = decisions.find((decision) => decision.version === version.version);
  return (
    <>
      <div className={layout.bar}>
        <Select
          label="Version"
          value={version.version}
          options={versions.map((one) => ({
            value: one.version,
            label: `Version ${one.version}${one === findChampion(versions, policy) ? ', champion' : ''}`,
          }))}
          onChange={setChosen}
        />
      </div>
      <EvaluationsCard model={model} version={version.version} runId={version.runId} decision={own?.decision} />
    </>
  );
}
