/** One of the two outputs of a command. */
export interface Sink {
  /** Resolves when the text was accepted, so that a long answer waits for a slow reader. */
  write(text: string | Uint8Array): Promise<void>;
  readonly isTerminal: boolean;
  /** Columns of the terminal; 80 without a terminal. */
  readonly columns: number;
}

export type Signal = 'SIGINT' | 'SIGTERM';

/** Every external dependency of a command; tests supply their own. */
export interface Io {
  readonly out: Sink;
  readonly err: Sink;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Asks for a secret on the terminal, without showing it; null where there is no terminal. */
  readonly askSecret?: (question: string) => Promise<string | null>;
  /** Calls back at every signal until the answer is disposed. */
  onSignal(listener: (signal: Signal) => void): Disposable;
  /** Calls back at SIGHUP until the answer is disposed; without a listener it ends the process. */
  onHangup?(listener: () => void): Disposable;
}
