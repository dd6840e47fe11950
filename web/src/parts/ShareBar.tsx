import styles from './parts.module.css';

interface ShareBarProps {
  /** 0 to 1; more is drawn full. */
  readonly ratio: number;
  /** CSS variable of the colour. */
  readonly variable?: string;
}

/** A thin bar for a share. The figure is shown next to it, so the bar is hidden from screen readers. */
export function ShareBar({ ratio, variable = '--cost-fill' }: ShareBarProps) {
  const width = `${Math.min(Math.max(ratio, 0), 1) * 100}%`;
  return (
    <span className={styles.share} aria-hidden="true">
      <span className={styles.shareFill} style={{ width, background: `var(${variable})` }} />
    </span>
  );
}
