/** Signals a changed state to its waiters. */
export interface Change {
  tell(): void;
  /** Resolves at the next signal, or after this time. */
  next(withinMs: number): Promise<void>;
}

export function createChange(): Change {
  const waiting = new Set<() => void>();
  return {
    tell() {
      for (const wake of [...waiting]) wake();
    },
    next: (withinMs) =>
      new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, withinMs);
        timer.unref();
        waiting.add(wake);
      }),
  };
}
