import { useEffect, useState } from 'react';
import { SECOND_MS } from '../../../src/platform/units/durations.ts';

/** The present in Unix milliseconds, renewed every second while something runs. */
export function useNow(ticks: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!ticks) return undefined;
    const timer = setInterval(() => setNow(Date.now()), SECOND_MS);
    return () => clearInterval(timer);
  }, [ticks]);
  return now;
}
