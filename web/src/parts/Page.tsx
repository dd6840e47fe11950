import { type ReactNode, useEffect } from 'react';
import styles from './parts.module.css';

interface PageProps {
  readonly title: string;
  /** The answer to the page's question, in one sentence with its figures. */
  readonly answer: ReactNode;
  readonly children: ReactNode;
  /** The answer has three lines: their space is reserved, so that nothing moves when it arrives. */
  readonly longAnswer?: boolean;
  /** The answer has one line. */
  readonly shortAnswer?: boolean;
}

/** A page: its title, its answer in one sentence, then the details. */
export function Page({ title, answer, children, longAnswer = false, shortAnswer = false }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Steelyard`;
  }, [title]);
  return (
    <>
      <header className={styles.head}>
        <h1 className={styles.title}>{title}</h1>
        <div
          className={`${styles.answer} ${longAnswer ? styles.long : shortAnswer ? styles.short : ''}`}
          data-testid="answer"
        >
          {answer}
        </div>
      </header>
      {children}
    </>
  );
}
