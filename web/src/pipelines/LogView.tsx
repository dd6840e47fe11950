import { useState } from 'react';
import { formatCount } from '../format/number.ts';
import layout from '../parts/layout.module.css';
import parts from '../parts/parts.module.css';
import { Select } from '../parts/Select.tsx';
import { saveText } from '../parts/save-file.ts';
import { LogLines } from './LogLines.tsx';
import styles from './pipelines.module.css';
import { type LogOf, type StepLog, useStepLog, useWholeLog } from './use-step-log.ts';

interface LogViewProps {
  readonly of: Omit<LogOf, 'node'>;
  /** Number of nodes of the step; each has a log. */
  readonly nodes: number;
  /** Without its ending. */
  readonly fileName: string;
}

/** Output of a step, followed while it runs; of one node at a time. */
export function LogView({ of: attempt, nodes, fileName }: LogViewProps) {
  const [node, setNode] = useState(0);
  const of = { ...attempt, node };
  const log = useStepLog(of);
  const whole = useWholeLog(of);
  const [isFollowed, setFollowed] = useState(true);
  const [isSaving, setSaving] = useState(false);
  const save = () => {
    setSaving(true);
    void whole()
      .then((text) => saveText(`${fileName}${nodes === 1 ? '' : `-node-${node}`}.log`, 'text/plain', text))
      .finally(() => setSaving(false));
  };
  return (
    <div className={styles.logBox}>
      <div className={styles.logHead}>
        <h3 className={styles.partTitle}>Log</h3>
        <span className={layout.quiet} role="status" data-testid="log-stage">
          {stageText(log)}
        </span>
        <div className={styles.logActions}>
          {nodes > 1 && (
            <Select
              label="Node"
              value={String(node)}
              options={Array.from({ length: nodes }, (_, index) => ({
                value: String(index),
                label: `${index} of ${nodes}`,
              }))}
              onChange={(value) => setNode(Number(value))}
            />
          )}
          {log.stage !== 'ended' && (
            <button
              type="button"
              className={parts.button}
              aria-pressed={isFollowed}
              onClick={() => setFollowed(!isFollowed)}
            >
              {isFollowed ? 'Pause' : 'Follow'}
            </button>
          )}
          <button type="button" className={parts.button} disabled={isSaving || log.lines.length === 0} onClick={save}>
            {isSaving ? 'Reading…' : 'Download'}
            <span className="visually-hidden"> the log</span>
          </button>
        </div>
      </div>
      {log.error !== null && (
        <p className={parts.refused} role="alert">
          {log.error.message} Retrying.
        </p>
      )}
      {log.droppedCount > 0 && (
        <p className={layout.quiet}>
          The first {formatCount(log.droppedCount)} lines are not shown here; the download has them.
        </p>
      )}
      {log.lines.length === 0 ? (
        <p className={`${styles.noLog} ${log.stage === 'reading' ? styles.reading : ''}`}>{emptyText(log)}</p>
      ) : (
        <LogLines
          lines={log.lines}
          first={log.droppedCount}
          label={`Log of ${of.step}`}
          isLive={log.stage !== 'ended'}
          isFollowed={isFollowed}
          onFollow={setFollowed}
        />
      )}
    </div>
  );
}

function stageText({ stage, lines, droppedCount }: StepLog): string {
  const count = `${formatCount(lines.length + droppedCount)} ${lines.length + droppedCount === 1 ? 'line' : 'lines'}`;
  if (lines.length === 0) return stage === 'reading' ? 'reading' : '';
  if (stage === 'reading') return `${count}, reading`;
  return stage === 'following' ? `${count}, following` : `${count}, complete`;
}

function emptyText({ stage, isElsewhere }: StepLog): string {
  if (isElsewhere) return 'A different server runs this step: its log appears when it ends.';
  if (stage === 'reading') return 'Reading…';
  return stage === 'following' ? 'No output yet.' : 'No output.';
}
