import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { ViewSchedule } from '../../../src/tradeoff/view-schedules/schema.ts';
import type { SavedView } from '../../../src/tradeoff/views/schema.ts';
import { FormDialog } from '../parts/FormDialog.tsx';
import { MessagePreview } from './MessagePreview.tsx';
import { ScheduleFields } from './ScheduleFields.tsx';
import { ScheduleState } from './ScheduleState.tsx';
import { type ScheduleSpec, useChannels, useScheduleChanges } from './use-schedules.ts';
import styles from './views.module.css';

interface ScheduleDialogProps {
  readonly view: SavedView;
  /** null: the view has no schedule yet. */
  readonly schedule: ViewSchedule | null;
  readonly onClose: () => void;
}

/** Sends a view to an alert channel each day, week or month: its time, its message and its last delivery. */
export function ScheduleDialog({ view, schedule, onClose }: ScheduleDialogProps) {
  const channels = useChannels();
  const [spec, setSpec] = useState<ScheduleSpec>(() => toSpec(schedule));
  const { save, remove, send } = useScheduleChanges(view.view);
  const channel = spec.channel === '' ? (channels?.[0] ?? '') : spec.channel;
  return (
    <FormDialog
      title={`Send “${view.name}” on a schedule`}
      act="Save"
      width="wide"
      ready={channel !== ''}
      pending={save.isPending}
      error={save.error ?? remove.error ?? send.error}
      onSubmit={() => save.mutate({ ...spec, channel }, { onSuccess: onClose })}
      onClose={onClose}
    >
      {channels?.length === 0 ? (
        <p className={styles.none}>
          There is no alert channel yet. <Link to="/notification-routes">Create one</Link>, such as an e-mail address or
          Slack.
        </p>
      ) : (
        <ScheduleFields spec={{ ...spec, channel }} channels={channels ?? []} onChange={setSpec} />
      )}
      <MessagePreview view={view.view} spec={spec} />
      {schedule !== null && (
        <ScheduleState
          schedule={schedule}
          busy={send.isPending || remove.isPending}
          onSend={() => send.mutate()}
          onStop={() => remove.mutate(undefined, { onSuccess: onClose })}
        />
      )}
    </FormDialog>
  );
}

function toSpec(schedule: ViewSchedule | null): ScheduleSpec {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  if (schedule === null) {
    return { every: 'week', weekday: 'monday', dayOfMonth: 1, hour: 8, timeZone, channel: '', paused: false };
  }
  const { every, weekday, dayOfMonth, hour, timeZone: kept, channel, paused } = schedule;
  return { every, weekday, dayOfMonth, hour, timeZone: kept, channel, paused };
}
