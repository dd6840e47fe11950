import { useState } from 'react';
import type { costDimensions } from '../../../../src/finops/costs/schema.ts';
import type { ResponseOf } from '../../../../src/platform/contract/schema.ts';
import { dimensionLabel } from '../../format/dimension.ts';
import { dimensionGroups } from '../dimension-groups.ts';
import styles from './filters.module.css';
import { useListKeys } from './use-list-keys.ts';

interface DimensionListProps {
  readonly known: ResponseOf<typeof costDimensions> | undefined;
  readonly onChoose: (dimension: string) => void;
}

/** Every dimension of the bills, with a search field. */
export function DimensionList({ known, onChoose }: DimensionListProps) {
  const [text, setText] = useState('');
  const { list, onKeyDown } = useListKeys();
  const words = text.trim().toLowerCase().split(/\s+/);
  const matches = (name: string) => {
    const label = `${dimensionLabel(name)} ${name}`.toLowerCase();
    return words.every((word) => label.includes(word));
  };
  const groups = dimensionGroups(known, null)
    .map((group) => ({ ...group, dimensions: group.dimensions.filter(matches) }))
    .filter((group) => group.dimensions.length > 0);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys move between the field and the buttons in it
    <div onKeyDown={onKeyDown} className={styles.picker}>
      <input
        className={styles.search}
        type="search"
        aria-label="Find a dimension to filter by"
        placeholder="Filter by…"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          const [first] = groups[0]?.dimensions ?? [];
          if (event.key !== 'Enter') return;
          event.preventDefault();
          if (first !== undefined) onChoose(first);
        }}
      />
      <div ref={list} className={styles.list}>
        {groups.length === 0 && (
          <p className={styles.none}>{known === undefined ? 'Loading…' : 'No such dimension.'}</p>
        )}
        {groups.map((group) => (
          <section key={group.label} aria-label={group.label}>
            <p className={styles.group}>{group.label}</p>
            {group.dimensions.map((name) => (
              <button key={name} type="button" className={styles.option} data-item onClick={() => onChoose(name)}>
                {dimensionLabel(name)}
              </button>
            ))}
          </section>
        ))}
      </div>
    </div>
  );
}
