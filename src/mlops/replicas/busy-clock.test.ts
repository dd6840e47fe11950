import { expect, it } from 'vitest';
import { seeded } from '../../testing/random.ts';
import { createBusyClock } from './busy-clock.ts';

it('a request alone has all of the time, concurrent ones share it', () => {
  const clock = createBusyClock();
  const endLong = clock.begin(0);
  const endShort = clock.begin(10);
  expect(endShort(20)).toBe(5);
  expect(endLong(30)).toBe(25);
  const endLater = clock.begin(1_000);
  expect(endLater(1_007)).toBe(7);
});

it('the shares of all requests add up to the time with a request', () => {
  const next = seeded(1);
  const clock = createBusyClock();
  const open: ((nowMs: number) => number)[] = [];
  let [now, busyMs, sharesMs] = [0, 0, 0];
  for (let event = 0; event < 5_000; event += 1) {
    const step = next();
    if (open.length > 0) busyMs += step;
    now += step;
    if (next() < 0.5) open.push(clock.begin(now));
    else sharesMs += open.splice(Math.floor(next() * open.length), 1)[0]?.(now) ?? 0;
  }
  for (const end of open) sharesMs += end(now);
  expect(sharesMs).toBeCloseTo(busyMs, 6);
});

it('a clock that goes back adds no time', () => {
  const end = createBusyClock().begin(100);
  expect(end(90)).toBe(0);
});
