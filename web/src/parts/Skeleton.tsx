import styles from './parts.module.css';

interface SkeletonProps {
  readonly height: number;
  readonly width?: number | string;
}

/** Holds the place of what is loading, in its size, so that nothing moves when it comes. */
export function Skeleton({ height, width = '100%' }: SkeletonProps) {
  return <span className={styles.skeleton} style={{ height, width }} aria-hidden="true" />;
}
