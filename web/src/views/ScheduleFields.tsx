import { SendInterval, Weekday } from '../../../src/tradeoff/view-schedules/schema.ts';
import { FormField } from '../document-form/FormField.tsx';
import type { ScheduleSpec } from './use-schedules.ts';
import styles from './views.module.css';

interface ScheduleFieldsProps {
  readonly spec: ScheduleSpec;
  readonly channels: readonly string[];
  readonly onChange: (spec: ScheduleSpec) => void;
}

const toOptions = (values: readonly string[]) => Object.fromEntries(values.map((value) => [value, value]));
const INTERVALS = { day: 'Each day', week: 'Each week', month: 'Each month' };
const MOST_DAY = 28;
const DAYS = toOptions(Array.from({ length: MOST_DAY }, (_, index) => String(index + 1)));
const HOURS = Object.fromEntries(
  Array.from({ length: 24 }, (_, hour) => [String(hour), `${String(hour).padStart(2, '0')}:00`]),
);
const WEEKDAYS = Object.fromEntries(
  Weekday.options.map((value) => [value, `${value.charAt(0).toUpperCase()}${value.slice(1)}`]),
);

/** Channel and time of the messages. */
export function ScheduleFields({ spec, channels, onChange }: ScheduleFieldsProps) {
  const set = (more: Partial<ScheduleSpec>) => onChange({ ...spec, ...more });
  const zones = toOptions(['UTC', spec.timeZone, ...Intl.supportedValuesOf('timeZone')]);
  // A channel that was deleted stays visible.
  const listed = toOptions(spec.channel === '' ? channels : [...channels, spec.channel]);
  return (
    <div className={styles.schedule}>
      <FormField label="Alert channel" value={spec.channel} options={listed} onChange={(channel) => set({ channel })} />
      <FormField
        label="Interval"
        value={spec.every}
        options={INTERVALS}
        onChange={(every) => set({ every: SendInterval.parse(every) })}
      />
      {spec.every === 'week' && (
        <FormField
          label="Weekday"
          value={spec.weekday}
          options={WEEKDAYS}
          onChange={(weekday) => set({ weekday: Weekday.parse(weekday) })}
        />
      )}
      {spec.every === 'month' && (
        <FormField
          label="Day of the month"
          value={String(spec.dayOfMonth)}
          options={DAYS}
          onChange={(day) => set({ dayOfMonth: Number(day) })}
        />
      )}
      <FormField
        label="Hour"
        value={String(spec.hour)}
        options={HOURS}
        onChange={(hour) => set({ hour: Number(hour) })}
      />
      <FormField label="Time zone" value={spec.timeZone} options={zones} onChange={(timeZone) => set({ timeZone })} />
      <label className={styles.check}>
        <input type="checkbox" checked={spec.paused} onChange={(event) => set({ paused: event.target.checked })} />{' '}
        Pause sending
      </label>
    </div>
  );
}
