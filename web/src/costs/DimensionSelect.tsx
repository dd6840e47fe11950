import type { costDimensions } from '../../../src/finops/costs/schema.ts';
import type { ResponseOf } from '../../../src/platform/contract/schema.ts';
import { dimensionLabel } from '../format/dimension.ts';
import { Select } from '../parts/Select.tsx';
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

const NONE = '';

/** Dimension for grouping costs: subject fields, FOCUS columns, tags and custom columns, in groups. */
export function DimensionSelect({ label, value, dimensions, optional = false, onChange }: DimensionSelectProps) {
  const groups = dimensionGroups(dimensions, value).map((group) => ({
    label: group.label,
    options: group.dimensions.map((dimension) => ({ value: dimension, label: dimensionLabel(dimension) })),
  }));
  const empty = optional || value === null ? [{ value: NONE, label: 'none' }] : [];
  return (
    <Select
      label={label}
      hideLabel
      value={value ?? NONE}
      options={[...empty, ...groups]}
      onChange={(next) => onChange(next === NONE ? null : next)}
    />
  );
}
