import type { GpuHeatMap } from '../../../src/finops/gpu-usage/schema.ts';
import styles from './gpus.module.css';
import { ReturnLink } from './ReturnLink.tsx';
import type { GpuSavings } from './use-gpu-savings.ts';

const MOST = 5;

/** The GPUs of the picture that can be returned, each with its saving; nothing without one. */
export function IdleGpus({ map, savings }: { readonly map: GpuHeatMap; readonly savings: GpuSavings }) {
  const idle = map.rows.flatMap(({ gpu }) => {
    const saving = savings.get(gpu);
    return saving === undefined ? [] : [{ gpu, saving }];
  });
  if (idle.length === 0) return null;
  return (
    <ul className={styles.idle} aria-label="Idle GPUs">
      {idle.slice(0, MOST).map(({ gpu, saving }) => (
        <li key={gpu}>
          <code>{gpu}</code> is idle. <ReturnLink saving={saving} />
        </li>
      ))}
      {idle.length > MOST && <li>{idle.length - MOST} more in the table</li>}
    </ul>
  );
}
