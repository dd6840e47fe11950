import { type KeyboardEvent, type ReactNode, useId, useRef } from 'react';
import styles from './page-tabs.module.css';

export interface PageTab<V extends string> {
  readonly value: V;
  readonly label: string;
  /** Number of entries, next to the label. */
  readonly count?: number | undefined;
}

interface PageTabsProps<V extends string> {
  readonly label: string;
  readonly tabs: readonly PageTab<V>[];
  readonly value: V;
  readonly onChange: (value: V) => void;
  /** Content of the selected tab. */
  readonly children: ReactNode;
}

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };

/** Tabs of a page with the content of the selected one; arrow keys move between them. */
export function PageTabs<V extends string>({ label, tabs, value, onChange, children }: PageTabsProps<V>) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    const index = tabs.findIndex((tab) => tab.value === value);
    const next = step === undefined ? undefined : tabs[(index + step + tabs.length) % tabs.length];
    if (next === undefined) return;
    event.preventDefault();
    onChange(next.value);
    list.current?.querySelector<HTMLElement>(`[data-tab="${next.value}"]`)?.focus();
  };
  return (
    <div className={styles.box}>
      <div ref={list} role="tablist" aria-label={label} className={styles.tabs} onKeyDown={onKeyDown}>
        {tabs.map((tab) => (
          <button
            key={tab.value}
            id={`${id}-${tab.value}`}
            type="button"
            role="tab"
            data-tab={tab.value}
            className={styles.tab}
            aria-selected={tab.value === value}
            aria-controls={`${id}-panel`}
            tabIndex={tab.value === value ? 0 : -1}
            onClick={() => onChange(tab.value)}
          >
            {tab.label}
            {tab.count !== undefined && tab.count > 0 && <span className={styles.count}>{tab.count}</span>}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${value}`} className={styles.panel}>
        {children}
      </div>
    </div>
  );
}
