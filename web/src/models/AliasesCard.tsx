import { useState } from 'react';
import type { Decision } from '../../../src/tradeoff/decisions/schema.ts';
import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import type { Policy } from '../../../src/tradeoff/gates/schema.ts';
import type { ComparedUnitCosts } from '../../../src/tradeoff/unit-cost/schema.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import parts from '../parts/parts.module.css';
import { AliasDialog } from './AliasDialog.tsx';
import { AliasesTable } from './AliasesTable.tsx';
import { AliasNotice } from './AliasNotice.tsx';
import { listAliases } from './aliases.ts';
import { useAliases } from './use-aliases.ts';

interface AliasesCardProps {
  readonly model: string;
  readonly versions: readonly VersionEvidence[];
  readonly compared: ComparedUnitCosts;
  readonly policy: Policy | undefined;
  readonly metric: string | undefined;
  /** Newest first. */
  readonly decisions: readonly Decision[];
}

/** State of the dialog: an alias with its new version, or a new alias. */
interface Asking {
  readonly alias: string | null;
  readonly removes: boolean;
}

/** Version of each alias. A move shows its effect before confirmation, and can be undone. */
export function AliasesCard({ model, versions, compared, policy, metric, decisions }: AliasesCardProps) {
  const aliases = useAliases(model);
  const [asking, setAsking] = useState<Asking | null>(null);
  const rows = listAliases(versions);
  const ask = (next: Asking) => {
    aliases.move.reset();
    setAsking(next);
  };
  return (
    <Card
      title="Aliases of the model"
      note="models:/NAME@ALIAS loads the version behind an alias."
      flush
      actions={
        versions.length > 0 && (
          <button type="button" className={parts.button} onClick={() => ask({ alias: null, removes: false })}>
            New alias…
          </button>
        )
      }
    >
      <AliasNotice aliases={aliases} />
      {rows.length === 0 ? (
        <EmptyState
          shows="Names such as champion, each with its version."
          why="This model has no alias. Set one here, or let a policy set it when it promotes."
        />
      ) : (
        <AliasesTable
          rows={rows}
          compared={compared}
          metric={metric}
          onMove={(alias) => ask({ alias, removes: false })}
          onRemove={(alias) => ask({ alias, removes: true })}
        />
      )}
      {asking !== null && (
        <AliasDialog
          {...asking}
          {...{ model, versions, compared, policy, metric, decisions, aliases }}
          onClose={() => setAsking(null)}
        />
      )}
    </Card>
  );
}
