/** Shares the busy time of one replica among its requests in flight. */
export interface BusyClock {
  /** A request begins: its share starts now. Returns the function that ends it and returns its share, in milliseconds. */
  begin(nowMs: number): (nowMs: number) => number;
}

/**
 * With k requests in flight, each has 1/k of the time (processor sharing), so the shares of all requests add up to the time in which
 * the replica had a request: idle time has no share. One running sum of 1/k over time gives the share of any request as a difference.
 * Example: one request from 0 to 30 ms and one from 10 to 20 ms -> 25 ms and 5 ms.
 */
export function createBusyClock(): BusyClock {
  let [inFlight, sharedMs, sinceMs] = [0, 0, 0];
  /** Advances the sum to now; a clock that goes back adds nothing. */
  const advance = (nowMs: number): number => {
    if (inFlight > 0) sharedMs += Math.max(0, nowMs - sinceMs) / inFlight;
    sinceMs = nowMs;
    return sharedMs;
  };
  return {
    begin(nowMs) {
      const begun = advance(nowMs);
      inFlight += 1;
      return (endMs) => {
        const share = advance(endMs) - begun;
        inFlight -= 1;
        return share;
      };
    },
  };
}
