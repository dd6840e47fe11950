import styles from './parts.module.css';

/** The colour of a series next to its name. `variable` is a CSS variable such as `--cat-1`. */
export function Swatch({ variable }: { readonly variable: string }) {
  return <span className={styles.swatch} style={{ background: `var(${variable})` }} aria-hidden="true" />;
}
