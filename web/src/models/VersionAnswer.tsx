import { Link } from '@tanstack/react-router';
import type { ModelVersion } from '../../../src/mlops/registry/schema.ts';
import type { Decision } from '../../../src/tradeoff/decisions/schema.ts';
import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import { CostFigure } from './CostFigure.tsx';
import { UnitCostFigure } from './UnitCostFigure.tsx';

interface VersionAnswerProps {
  readonly version: ModelVersion;
  readonly evidence: VersionEvidence | undefined;
  /** On this version, newest first. */
  readonly decisions: readonly Decision[];
}

/** Stage and aliases of the version, its training and unit cost, and the latest verdict. */
export function VersionAnswer({ version, evidence, decisions }: VersionAnswerProps) {
  const [latest] = decisions;
  const known = evidence?.unitCosts?.find(({ perThousand }) => perThousand !== null);
  const aliases = version.aliases.map((alias) => `@${alias}`).join(', ');
  return (
    <>
      Version {version.version} of{' '}
      <Link to="/models/$model" params={{ model: version.model }}>
        {version.model}
      </Link>{' '}
      {aliases === '' ? 'has no alias' : `is ${aliases}`}
      {evidence !== undefined && (
        <>
          ; training cost <CostFigure evidence={evidence.trainingCost} />, predictions cost{' '}
          <UnitCostFigure
            figure={known ?? null}
            reason="No benchmark was recorded and no endpoint served it."
            basis={known?.basis ?? null}
            stated={null}
          />
        </>
      )}
      {latest === undefined ? '; not evaluated yet.' : `; the latest verdict is ${latest.verdict}.`}
    </>
  );
}
