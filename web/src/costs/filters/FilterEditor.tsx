import { type FormEvent, useEffect, useRef, useState } from 'react';
import { dimensionLabel } from '../../format/dimension.ts';
import { Choice } from '../../parts/Choice.tsx';
import parts from '../../parts/parts.module.css';
import type { Costs } from '../use-costs.ts';
import { DimensionList } from './DimensionList.tsx';
import type { FilterGroup, FilterValue } from './filter-text.ts';
import styles from './filters.module.css';
import { PrefixField } from './PrefixField.tsx';
import { ValueList } from './ValueList.tsx';

const DIRECTIONS = [
  { value: 'is', label: 'is' },
  { value: 'isNot', label: 'is not' },
] as const;
const MATCHES = [
  { value: 'values', label: 'one of these' },
  { value: 'prefix', label: 'begins with' },
] as const;

interface FilterEditorProps {
  readonly costs: Costs;
  /** The filter that is changed; null for a new one. */
  readonly group: FilterGroup | null;
  readonly onApply: (group: FilterGroup | null) => void;
  readonly onClose: () => void;
}

/** First the dimension, then its values with their money; closes on Escape and on a click outside. */
export function FilterEditor({ costs, group, onApply, onClose }: FilterEditorProps) {
  const panel = useRef<HTMLDivElement>(null);
  const [dimension, setDimension] = useState(group?.dimension ?? null);
  const [isNot, setIsNot] = useState(group?.isNot ?? false);
  const [values, setValues] = useState<readonly FilterValue[]>(group?.values ?? []);
  const [byPrefix, setByPrefix] = useState(group?.values.every(({ isPrefix }) => isPrefix) ?? false);
  useClosing(panel, onClose);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each of them brings another field to type into
  useEffect(() => {
    panel.current?.querySelector<HTMLElement>('input:not([type="checkbox"])')?.focus();
  }, [dimension, byPrefix]);
  const choose = (name: string) => {
    setDimension(name);
    setValues([]);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (dimension !== null) onApply(values.length === 0 ? null : { dimension, isNot, values });
  };
  return (
    <div ref={panel} className={styles.panel} role="dialog" aria-label="Filter">
      <form onSubmit={submit}>
        {dimension === null ? (
          <DimensionList known={costs.known.data} onChoose={choose} />
        ) : (
          <>
            <header className={styles.head}>
              <button
                type="button"
                className={styles.back}
                aria-label={`${dimensionLabel(dimension)}: choose another dimension`}
                onClick={() => setDimension(null)}
              >
                ← <strong>{dimensionLabel(dimension)}</strong>
              </button>
              <Choice
                label="Direction"
                value={isNot ? 'isNot' : 'is'}
                options={DIRECTIONS}
                onChange={(value) => setIsNot(value === 'isNot')}
              />
              <Choice
                label="Match"
                value={byPrefix ? 'prefix' : 'values'}
                options={MATCHES}
                onChange={(value) => {
                  setByPrefix(value === 'prefix');
                  setValues([]);
                }}
              />
            </header>
            {byPrefix ? (
              <PrefixField costs={costs} dimension={dimension} values={values} onChange={setValues} />
            ) : (
              <ValueList costs={costs} dimension={dimension} values={values} onChange={setValues} />
            )}
            <footer className={styles.foot}>
              <button
                type="submit"
                className={`${parts.button} ${parts.primary}`}
                disabled={values.length === 0 && group === null}
              >
                {values.length === 0 && group !== null ? 'Remove the filter' : 'Apply'}
              </button>
              <button type="button" className={parts.button} onClick={onClose}>
                Cancel
              </button>
            </footer>
          </>
        )}
      </form>
    </div>
  );
}

/** Closes on Escape and on a click elsewhere; the focus returns to the earlier element. */
function useClosing(panel: { readonly current: HTMLElement | null }, onClose: () => void): void {
  const close = useRef(onClose);
  close.current = onClose;
  // Taken while rendering: when effects run, the field in the panel has the focus.
  const [opener] = useState(() => document.activeElement);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') close.current();
    };
    const onPointer = (event: PointerEvent) => {
      const { target } = event;
      // An element that opens a dialog closes or changes this one itself.
      if (!(target instanceof Element) || target.closest('[aria-haspopup="dialog"]') !== null) return;
      if (panel.current?.contains(target) === false) close.current();
    };
    document.addEventListener('keydown', onKey);
    document.addEventListener('pointerdown', onPointer);
    return () => {
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('pointerdown', onPointer);
      if (opener instanceof HTMLElement) opener.focus({ preventScroll: true });
    };
  }, [panel, opener]);
}
