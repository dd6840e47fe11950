import type { BillDiff, FieldChange } from '../../../src/finops/billing/diff/schema.ts';
import { dimensionLabel } from '../format/dimension.ts';
import table from '../table/table.module.css';
import { ChangedValue } from './ChangedValue.tsx';
import styles from './deliveries.module.css';
import { RowName } from './RowName.tsx';

/** Rows that are in both deliveries, field by field: the old value struck through, then the new value. */
export function ChangedRows({ diff }: { readonly diff: BillDiff }) {
  const rows = [...Map.groupBy(diff.changed, ({ row }) => `${row.after.file} ${row.after.row}`).values()];
  return (
    <table className={`${table.table} ${styles.diff}`} data-testid="changed-rows">
      <thead>
        <tr>
          <th scope="col">Row</th>
          <th scope="col">Field</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>{rows.flatMap((fields) => fields.map((field, place) => line(diff, fields, field, place)))}</tbody>
    </table>
  );
}

function line(diff: BillDiff, fields: readonly FieldChange[], field: FieldChange, place: number) {
  const { row, column, before, after } = field;
  return (
    <tr key={`${row.after.file} ${row.after.row} ${column}`}>
      {place === 0 && (
        <th scope="rowgroup" rowSpan={fields.length}>
          <RowName row={row.after} delivery={diff.b} />
        </th>
      )}
      <td>{dimensionLabel(column)}</td>
      <td>
        <ChangedValue value={before} other={after} side="before" />
      </td>
      <td>
        <ChangedValue value={after} other={before} side="after" />
      </td>
    </tr>
  );
}
