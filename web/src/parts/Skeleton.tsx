import styles from './parts.module.css';

interface SkeletonProps {
  readonly height: number;
  readonly width?: number | string;
}

/** Placeholder of loading content in the same size, so that nothing moves when the content arrives. */
export function Skeleton({ height, width = '100%' }: SkeletonProps) {
  return <span className={styles.skeleton} style={{ height, width }} aria-hidden="true" />;
}
