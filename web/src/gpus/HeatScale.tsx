import styles from './gpus.module.css';
import { STEP_TEXTS, STEPS } from './heat-colour.ts';

/** Legend of the colours of the heat map. */
export function HeatScale() {
  return (
    <span className={styles.scale}>
      {STEPS.map((variable, index) => (
        <span key={variable} className={styles.scaleItem}>
          <span className={styles.step} style={{ background: `var(${variable})` }} aria-hidden="true" />
          {STEP_TEXTS[index]}
        </span>
      ))}
      <span className={styles.scaleItem}>blank: no readings</span>
    </span>
  );
}
