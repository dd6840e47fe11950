import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import type { Varying } from '../support/run-page.ts';
import { runTutorial } from '../support/tutorial.ts';

/** Figures of a bill until yesterday depend on the day: the page is that of this one. */
const PAGE_TIME = '2026-11-20T09:00:00.000Z';

const VARYING: readonly Varying[] = [
  { pattern: /\b(?:d|an|rec|fc)_[0-9a-f]{8,20}\b|\bal_[0-9a-f-]{36}\b/g },
  // Minutes of the clock, which runs on from the start of the test.
  { pattern: /\b2026-11-20 09:\d\d UTC/g },
];

it('docs/tutorial-finops.md runs as written, with the outputs that it shows', async () => {
  const environment = {
    NODE_OPTIONS: `--import ${join(import.meta.dirname, '../support/shifted-clock.ts')}`,
    TEST_CLOCK: PAGE_TIME,
    TEST_CLOCK_READ: new Date().toISOString(),
  };
  const path = [dirname(process.execPath)];
  const replaced = ['steelyard serve > serve.log &'];
  const page = await runTutorial('tutorial-finops.md', { path, environment, replaced, varying: VARYING });
  expect(page.different.join('\n')).toBe('');
  expect(page.actual).toBe(page.shown);
});
