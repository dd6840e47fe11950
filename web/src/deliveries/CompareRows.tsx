import type { BillDiff } from '../../../src/finops/billing/diff/schema.ts';
import { toCsv } from '../format/csv.ts';
import { counted, formatCount } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { Choice } from '../parts/Choice.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { Pager } from '../parts/Pager.tsx';
import { ChangedGroups } from './ChangedGroups.tsx';
import { DiffRows } from './DiffRows.tsx';
import styles from './deliveries.module.css';
import type { CompareSearch } from './deliveries-search.ts';
import { ROWS_GROUPED, ROWS_LISTED } from './rows-listed.ts';

type Kind = 'changed' | 'added' | 'removed';

const NONE: Readonly<Record<Kind, string>> = {
  changed: 'No row of both deliveries differs in any field.',
  added: 'Every row of the later delivery was in the earlier one.',
  removed: 'Every row of the earlier delivery is in the later one.',
};

interface CompareRowsProps {
  readonly diff: BillDiff;
  readonly search: CompareSearch;
  readonly onChange: (changes: Partial<CompareSearch>) => void;
}

/** Changed rows field by field, new rows and removed rows, one page at a time. */
export function CompareRows({ diff, search, onChange }: CompareRowsProps) {
  const { counts } = diff;
  const kind: Kind = search.rows ?? 'changed';
  const count = { changed: counts.changedRows, added: counts.added, removed: counts.removed }[kind];
  const options = [
    { value: 'changed', label: `Changed ${formatCount(counts.changedRows)}` },
    { value: 'added', label: `Added ${formatCount(counts.added)}` },
    { value: 'removed', label: `Removed ${formatCount(counts.removed)}` },
  ] as const;
  return (
    <Card
      title="Row differences"
      note={`${counted(counts.unchanged, 'row')} are the same in both. Changed rows with one cause are one line`}
      actions={
        <>
          <Choice
            label="Rows"
            value={kind}
            options={options}
            onChange={(value) => onChange({ rows: value === 'changed' ? undefined : value })}
          />
          {count > 0 && <CsvButton name={`${kind}-rows`} what="the rows shown" text={() => rowsCsv(diff, kind)} />}
        </>
      }
      flush
    >
      {count === 0 ? (
        <p className={styles.none}>{NONE[kind]}</p>
      ) : kind === 'changed' ? (
        <ChangedGroups diff={diff} />
      ) : (
        <DiffRows rows={diff[kind]} delivery={kind === 'added' ? diff.b : diff.a} />
      )}
      <Pager
        what="rows"
        offset={search.skip ?? 0}
        pageSize={kind === 'changed' ? ROWS_GROUPED : ROWS_LISTED}
        count={count}
        onChange={(skip) => onChange({ skip: skip === 0 ? undefined : skip })}
      />
    </Card>
  );
}

function rowsCsv(diff: BillDiff, kind: Kind): string {
  if (kind !== 'changed') {
    const columns = ['file', 'chargePeriodStart', 'subAccountId', 'serviceName', 'resourceId', 'skuId'] as const;
    return toCsv(
      [...columns, 'row', 'chargeDescription', 'billedCost', 'currency'],
      diff[kind].map((row) => [
        ...columns.map((column) => row[column]),
        ...[String(row.row), row.chargeDescription, row.billedCost, row.currency],
      ]),
    );
  }
  return toCsv(
    ['fileBefore', 'rowBefore', 'fileAfter', 'rowAfter', 'resourceId', 'column', 'before', 'after'],
    diff.changed.map(({ row, column, before, after }) => [
      ...[row.before.file, String(row.before.row), row.after.file, String(row.after.row)],
      ...[row.after.resourceId, column, before, after],
    ]),
  );
}
