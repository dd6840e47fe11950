import { useMemo } from 'react';
import { type ExplainedGroup, effectNames } from '../../../../src/finops/costs/explain/schema.ts';
import { toCsv } from '../../format/csv.ts';
import { counted } from '../../format/number.ts';
import { Card } from '../../parts/Card.tsx';
import { CsvButton } from '../../parts/CsvButton.tsx';
import { EmptyState } from '../../parts/EmptyState.tsx';
import { DataTable } from '../../table/DataTable.tsx';
import { groupId } from '../stack.ts';
import type { Costs } from '../use-costs.ts';
import { type ChangeRow, changeColumns } from './change-columns.tsx';
import styles from './compare.module.css';
import type { ExplanationInView } from './use-explanation.ts';

interface ChangeTableProps {
  readonly costs: Costs;
  readonly explanation: ExplanationInView;
  readonly onOpen: (group: ChangeRow) => void;
}

/** The groups before and after, largest change first; the totals are the server's own. */
export function ChangeTable({ costs, explanation, onOpen }: ChangeTableProps) {
  const { dimensions, colours, currency } = costs;
  const { total, groups, otherGroups, beforeText, afterText } = explanation;
  const key = dimensions.join(',');
  const columns = useMemo(
    () => changeColumns({ groups, dimensions: key.split(','), colours, total, currency, beforeText, afterText }),
    [groups, key, colours, total, currency, beforeText, afterText],
  );
  const more = otherGroups?.groups ?? 0;
  return (
    <Card
      title="Change per group"
      note={`${counted(groups.length + more, 'group')}, largest change first${more > 0 ? `; ${more} small ones are only in the totals` : ''}. A row leads to its bill rows.`}
      flush
      actions={
        <CsvButton name="cost-changes" what="the groups that changed" text={() => groupsCsv(groups, dimensions)} />
      }
    >
      {groups.length === 0 ? (
        <EmptyState
          shows="The groups before and after."
          why="No charge of either period matches this team and filter."
        />
      ) : (
        <div className={styles.dense}>
          <DataTable
            label="Changes by group"
            openHint="Enter opens the bill rows"
            columns={columns}
            rows={groups}
            rowId={(group) => groupId(group.values, dimensions)}
            onOpen={onOpen}
          />
        </div>
      )}
    </Card>
  );
}

function groupsCsv(groups: readonly ExplainedGroup[], dimensions: readonly string[]): string {
  return toCsv(
    [...dimensions, 'before', 'after', 'change', ...effectNames, 'currency'],
    groups.map((group) => [
      ...dimensions.map((dimension) => group.values[dimension] ?? null),
      ...[group.before, group.after, group.change],
      ...effectNames.map((name) => group.effects[name]),
      group.currency,
    ]),
  );
}
