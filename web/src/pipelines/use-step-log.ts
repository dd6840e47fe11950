import { useCallback, useEffect, useState } from 'react';
import { pipelineStepLog } from '../../../src/mlops/pipelines/schema.ts';
import { call } from '../client.ts';
import { appended, type LogLines, NO_LINES } from './log-lines.ts';

export interface LogOf {
  readonly pipeline: string;
  readonly run: string;
  readonly step: string;
  /** null: the last. */
  readonly attempt: number | null;
  /** From 0. */
  readonly node: number;
}

export interface StepLog extends LogLines {
  /** `reading` until all existing output is read; then `following` until no more output can arrive. */
  readonly stage: 'reading' | 'following' | 'ended';
  /** True if another server runs the step: its log is available here after its end. */
  readonly isElsewhere: boolean;
  readonly error: Error | null;
}

/** The most bytes in one response of the server. */
const MAX_BYTES = 1_048_576;
/** An answer of this size is not the last one: a character that would be cut is sent with the next. */
const FULL_BYTES = MAX_BYTES - 4;
const FOLLOW_MS = 1_000;
const AFTER_ERROR_MS = 5_000;

const START: StepLog = { ...NO_LINES, stage: 'reading', isElsewhere: false, error: null };

/** Output of an attempt of a step: read from its beginning, and followed until its end. */
export function useStepLog({ pipeline, run, step, attempt, node }: LogOf): StepLog {
  const [log, setLog] = useState(START);
  useEffect(() => {
    const gone = new AbortController();
    const { signal } = gone;
    setLog(START);
    void follow({ pipeline, run, step, attempt, node }, signal, (change) => {
      if (!signal.aborted) setLog(change);
    });
    return () => gone.abort();
  }, [pipeline, run, step, attempt, node]);
  return log;
}

type Change = (log: StepLog) => StepLog;

async function follow(of: LogOf, signal: AbortSignal, change: (make: Change) => void): Promise<void> {
  let from = 0;
  while (!signal.aborted) {
    try {
      const part = await readPart(of, from, signal);
      const hasMore = part.next - from >= FULL_BYTES;
      from = part.next;
      const isEnded = part.ended && !hasMore;
      change((log) => ({
        ...log,
        ...appended(log, part.text),
        stage: isEnded ? 'ended' : hasMore ? log.stage : 'following',
        isElsewhere: part.elsewhere,
        error: null,
      }));
      if (isEnded) return;
      if (!hasMore) await pause(FOLLOW_MS, signal);
    } catch (error) {
      if (signal.aborted) return;
      change((log) => ({ ...log, error: error instanceof Error ? error : new Error(String(error)) }));
      await pause(AFTER_ERROR_MS, signal);
    }
  }
}

function readPart({ pipeline, run, step, attempt, node }: LogOf, from: number, signal?: AbortSignal) {
  const query = { step, node, from, maxBytes: MAX_BYTES, ...(attempt === null ? {} : { attempt }) };
  return call(pipelineStepLog, { params: { pipeline, run }, query }, signal);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

/** Reads a complete log for a file, including the lines that the page dropped. */
export function useWholeLog({ pipeline, run, step, attempt, node }: LogOf): () => Promise<string> {
  return useCallback(async () => {
    const texts: string[] = [];
    for (let from = 0; ; ) {
      const { text, next } = await readPart({ pipeline, run, step, attempt, node }, from);
      if (text === '') return texts.join('');
      texts.push(text);
      from = next;
    }
  }, [pipeline, run, step, attempt, node]);
}
