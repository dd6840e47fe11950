import type { Browser } from 'playwright-core';

/** Tries of a measured time, before it counts as too long. */
const TRIES = 10;
/** Tries of the yardstick: the machine is as fast as its best moment. */
const YARDSTICK_TRIES = 5;
/** What the yardstick takes on the machine that the stated times are meant for: two cores of an AMD EPYC of 2.6 GHz. */
const YARDSTICK_MS = 120;

/**
 * A time that is stated for the machine above, in milliseconds of this one: as much longer as this one takes over the
 * same work, and never shorter. A page and its server want a core each, so the work is done in a browser and here at once.
 */
export async function onThisMachine(browser: Browser, statedMs: number): Promise<number> {
  const page = await browser.newPage();
  let yardstickMs = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < YARDSTICK_TRIES; attempt += 1) {
    const begun = performance.now();
    await Promise.all([page.evaluate(work), Promise.resolve().then(work)]);
    yardstickMs = Math.min(yardstickMs, performance.now() - begun);
  }
  await page.close();
  return statedMs * Math.max(1, yardstickMs / YARDSTICK_MS);
}

/** What pages do most: objects made, sorted, written and read. It is sent to the browser as it stands here. */
function work(): number {
  let sum = 0;
  for (let round = 0; round < 6; round += 1) {
    const rows = Array.from({ length: 20_000 }, (_, index) => ({
      name: `row ${index}`,
      value: Math.sin(index + round),
    }));
    rows.sort((one, other) => one.value - other.value);
    sum += JSON.parse(JSON.stringify(rows)).length;
  }
  return sum;
}

/**
 * The shortest of several times in milliseconds; one that is short enough ends the tries. What else the machine does makes
 * a time longer, never shorter, so one try that is in time shows that the page can be.
 */
export async function shortest(withinMs: number, measure: () => Promise<number>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < TRIES && best >= withinMs; attempt += 1) best = Math.min(best, await measure());
  return best;
}
