import { categoryColour } from '../theme/category-colours.ts';
import styles from './endpoints.module.css';

interface SharesBarProps {
  /** By variant, in the order of the variants; each 0 to 1. */
  readonly shares: readonly { readonly name: string; readonly share: number }[];
}

/** Shares of the traffic as a bar. The figures are shown next to it, so the bar is hidden from screen readers. */
export function SharesBar({ shares }: SharesBarProps) {
  return (
    <span className={styles.shares} aria-hidden="true">
      {shares.map(({ name, share }, index) => (
        <span
          key={name}
          style={{ flexGrow: share, background: `var(${categoryColour(index)})` }}
          hidden={share === 0}
        />
      ))}
    </span>
  );
}
