import { type ReactNode, useId } from 'react';
import type { FirstStep } from '../../../src/tradeoff/first-use/schema.ts';
import styles from './first-use.module.css';

interface StepItemProps {
  readonly title: string;
  readonly text: ReactNode;
  readonly step: FirstStep;
  /** The way to do the step; also shown when it is done, where it can be done again. */
  readonly children?: ReactNode;
}

/** One step of the checklist with its state. */
export function StepItem({ title, text, step, children }: StepItemProps) {
  const id = useId();
  return (
    <li className={styles.step} aria-labelledby={id}>
      <span className={`${styles.tick} ${step.done ? styles.done : ''}`} aria-hidden="true">
        {step.done && (
          <svg width="14" height="14" viewBox="0 0 16 16" fill="none" aria-hidden="true">
            <path d="M3.5 8.5l3 3 6-7" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
          </svg>
        )}
      </span>
      <div className={styles.body}>
        <h2 id={id} className={styles.title}>
          {title}
          <span className="visually-hidden">{step.done ? ': done' : ': to do'}</span>
        </h2>
        <p className={styles.text}>{text}</p>
        {step.blocked === null ? children : <p className={styles.blocked}>{step.blocked}</p>}
      </div>
    </li>
  );
}
