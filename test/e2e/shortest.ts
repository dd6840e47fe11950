import type { Browser } from 'playwright-core';

/** Tries of a measured time, before it counts as too long. */
const TRIES = 10;
/** Tries of the yardstick: the machine is as fast as its best moment. */
const YARDSTICK_TRIES = 5;
/** Time of the yardstick on the machine of the stated times: two cores of an AMD EPYC of 2.6 GHz. */
const YARDSTICK_MS = 120;

/**
 * Converts a time that is stated for the machine above into milliseconds of this machine, by the ratio of the same work
 * on both. The result is never shorter than the stated time. A page and its server need one core each, so the work runs
 * in a browser and here concurrently.
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

/**
 * The most frequent work of pages: creating, sorting, writing and reading objects. The source of the function is sent
 * to the browser.
 */
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
 * The shortest of several times in milliseconds; a time within the limit ends the attempts. Other load on the machine
 * only makes a time longer, so one attempt in time proves that the page is fast enough.
 */
export async function shortest(withinMs: number, measure: () => Promise<number>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < TRIES && best >= withinMs; attempt += 1) best = Math.min(best, await measure());
  return best;
}
