import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { PERIODS } from './schedule-text.ts';
import { type ScheduleSpec, useMessage } from './use-schedules.ts';
import styles from './views.module.css';

interface MessagePreviewProps {
  readonly view: string;
  readonly spec: Pick<ScheduleSpec, 'every' | 'timeZone'>;
}

const HEIGHT = 150;

/** The message as it would be sent now. */
export function MessagePreview({ view, spec }: MessagePreviewProps) {
  const message = useMessage(view, spec.every, spec.timeZone);
  return (
    <section className={styles.preview} aria-label="Message">
      <h3 className={styles.head}>Message as of now</h3>
      <Loaded query={message} what="The message" height={HEIGHT}>
        {({ text, figures, summary }) => (
          <>
            <pre className={styles.message}>{text}</pre>
            {summary !== null && <p className={parts.note}>A link to the page follows.</p>}
            {figures !== null && (
              <p className={parts.note}>
                {PERIODS[spec.every]} A view with its own dates keeps them. A link to the page follows.
              </p>
            )}
          </>
        )}
      </Loaded>
    </section>
  );
}
