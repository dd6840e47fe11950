import { useEffect, useRef, useState } from 'react';
import parts from '../../parts/parts.module.css';
import type { Costs } from '../use-costs.ts';
import { FilterEditor } from './FilterEditor.tsx';
import { type FilterGroup, filterGroups, withGroup } from './filter-text.ts';
import styles from './filters.module.css';
import { formatFilter } from './format-filter.ts';

interface FilterBarProps {
  readonly costs: Costs;
  readonly onChange: (filters: string[] | undefined) => void;
  readonly onDelivery: (delivery: undefined) => void;
}

/** The filters in force: each can be changed and taken away, and others can be added. */
export function FilterBar({ costs, onChange, onDelivery }: FilterBarProps) {
  const { filter: filters = [], delivery } = costs.search;
  /** The filter that is being changed; `new` adds one, null is none. */
  const [edited, setEdited] = useState<FilterGroup | 'new' | null>(null);
  useFilterKey(() => setEdited('new'));
  const apply = (replaced: FilterGroup | null, group: FilterGroup | null) => {
    const next = withGroup(filters, replaced, group);
    onChange(next.length === 0 ? undefined : next);
    setEdited(null);
  };
  const replaced = edited === 'new' ? null : edited;
  return (
    <div className={styles.bar}>
      <ul className={styles.chips} aria-label="Filters">
        {delivery !== undefined && <Chip text={`Only delivery ${delivery}`} onRemove={() => onDelivery(undefined)} />}
        {filterGroups(filters).map((group) => (
          <Chip
            key={formatFilter(group)}
            text={formatFilter(group)}
            onEdit={() => setEdited(group)}
            onRemove={() => apply(group, null)}
          />
        ))}
        <li>
          <button
            type="button"
            className={`${parts.button} ${styles.add}`}
            aria-haspopup="dialog"
            aria-expanded={edited === 'new'}
            aria-keyshortcuts="f"
            onClick={() => setEdited(edited === 'new' ? null : 'new')}
          >
            + Filter
          </button>
        </li>
        {filters.length > 0 && (
          <li>
            <button type="button" className={styles.clear} onClick={() => onChange(undefined)}>
              Clear all
            </button>
          </li>
        )}
      </ul>
      {edited !== null && (
        <FilterEditor
          key={replaced === null ? 'new' : formatFilter(replaced)}
          costs={costs}
          group={replaced}
          onApply={(group) => apply(replaced, group)}
          onClose={() => setEdited(null)}
        />
      )}
    </div>
  );
}

interface ChipProps {
  readonly text: string;
  readonly onEdit?: () => void;
  readonly onRemove: () => void;
}

function Chip({ text, onEdit, onRemove }: ChipProps) {
  return (
    <li className={styles.chip}>
      {onEdit === undefined ? (
        <span className={styles.chipText}>{text}</span>
      ) : (
        <button type="button" className={styles.chipText} onClick={onEdit} aria-haspopup="dialog">
          {text}
        </button>
      )}
      <button type="button" className={styles.chipRemove} aria-label={`Remove the filter ${text}`} onClick={onRemove}>
        ×
      </button>
    </li>
  );
}

/** Calls when `f` is pressed outside of a text field. */
function useFilterKey(call: () => void): void {
  const latest = useRef(call);
  latest.current = call;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { target } = event;
      const typing =
        target instanceof HTMLElement && target.closest('input, select, textarea, dialog, [role="dialog"]') !== null;
      if (event.key !== 'f' || event.ctrlKey || event.metaKey || event.altKey || typing) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
