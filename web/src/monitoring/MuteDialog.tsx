import { useState } from 'react';
import type { Alert } from '../../../src/mlops/monitoring/alerts/schema.ts';
import { HOUR_MS } from '../../../src/platform/units/durations.ts';
import { formatInstant } from '../format/time.ts';
import { FormDialog } from '../parts/FormDialog.tsx';
import parts from '../parts/parts.module.css';
import { Select } from '../parts/Select.tsx';
import styles from './monitoring.module.css';
import type { Mutes } from './use-mute.ts';

const LENGTHS = [
  { value: '1', label: 'an hour' },
  { value: '8', label: '8 hours' },
  { value: '24', label: 'a day' },
  { value: '168', label: 'a week' },
];

interface MuteDialogProps {
  readonly alert: Alert;
  readonly mutes: Mutes;
  readonly onClose: () => void;
}

/** Explains the effect of a mute, and asks for its duration and reason. */
export function MuteDialog({ alert: { episode, alert }, mutes: { mute }, onClose }: MuteDialogProps) {
  const [hours, setHours] = useState('8');
  const [why, setWhy] = useState('');
  const [openedMs] = useState(() => Date.now());
  const until = new Date(openedMs + Number(hours) * HOUR_MS).toISOString();
  const title = `Mute ${alert}?`;
  return (
    <FormDialog
      title={title}
      act="Mute"
      acting="Muting…"
      ready={why.trim() !== ''}
      pending={mute.isPending}
      error={mute.error}
      onSubmit={() => mute.mutate({ episode, until, why: why.trim() }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>
        No notification is sent for this episode until {formatInstant(until)}. The episode continues, and a retraining
        can still start.
      </p>
      <Select label="Duration" value={hours} options={LENGTHS} onChange={setHours} />
      <label className={styles.field}>
        Reason
        <input
          className={parts.line}
          required
          maxLength={500}
          autoComplete="off"
          value={why}
          onChange={(event) => setWhy(event.target.value)}
        />
      </label>
    </FormDialog>
  );
}
