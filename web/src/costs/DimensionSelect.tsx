import { Select } from '@mantine/core';
import type { costDimensions } from '../../../src/finops/costs/schema.ts';
import type { ResponseOf } from '../../../src/platform/contract/schema.ts';
import { dimensionLabel } from '../format/dimension.ts';
import styles from './costs.module.css';
import { dimensionGroups } from './dimension-groups.ts';

interface DimensionSelectProps {
  readonly label: string;
  /** null: none chosen. */
  readonly value: string | null;
  readonly dimensions: ResponseOf<typeof costDimensions> | undefined;
  /** True if the selection may be empty. */
  readonly optional?: boolean;
  readonly onChange: (value: string | null) => void;
}

const MAX_HEIGHT_PX = 360;

/** Dimension for grouping costs: typed, or picked from subject fields, FOCUS columns, tags and own columns. */
export function DimensionSelect({ label, value, dimensions, optional = false, onChange }: DimensionSelectProps) {
  const groups = dimensionGroups(dimensions, value);
  return (
    <div className={styles.dimension}>
      <Select
        aria-label={label}
        className="dimension-select"
        placeholder={optional ? 'none' : 'Choose'}
        data={groups.map((group) => ({
          group: group.label,
          items: group.dimensions.map((dimension) => ({ value: dimension, label: dimensionLabel(dimension) })),
        }))}
        value={value}
        onChange={onChange}
        searchable
        allowDeselect={optional}
        clearable={optional}
        maxDropdownHeight={MAX_HEIGHT_PX}
        nothingFoundMessage="No such dimension"
        checkIconPosition="right"
        comboboxProps={{ width: 280, position: 'bottom-start', transitionProps: { duration: 0 } }}
      />
    </div>
  );
}
