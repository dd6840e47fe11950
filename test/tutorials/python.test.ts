import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { showMonitor } from '../../src/mlops/monitors/schema.ts';
import { MINUTE_MS } from '../../src/platform/units/durations.ts';
import { findMlflowPython } from '../support/mlflow-server.ts';
import type { Varying } from '../support/run-page.ts';
import { runTutorial } from '../support/tutorial.ts';

const python = findMlflowPython();
/** A minute of it is the longest wait for the comparison of windows; imports of Python take as long on a busy machine. */
const LIMIT_MS = 600_000;

/** The test has an environment with these packages, and starts the server on a free port. */
const SETUP = `python3 -m venv venv && . venv/bin/activate
pip install mlflow scikit-learn
steelyard serve > serve.log &
export MLFLOW_TRACKING_URI=http://127.0.0.1:4610`;

/** The server compares windows at each full minute: a day that runs across one is compared with a part of its labels. */
const DAY = 'python day.py friday 400 campaign';
const DAY_MS = 25_000;
async function waitForMinute(): Promise<void> {
  const leftMs = MINUTE_MS - (Date.now() % MINUTE_MS);
  if (leftMs < DAY_MS) await pause(leftMs);
}

/** Windows that took long to compute, as on a busy machine, are shown until the next minute. */
const SHOW = 'steelyard monitor show purchase --by all';
async function waitForWindows({ MLFLOW_TRACKING_URI }: Readonly<Record<string, string>>): Promise<void> {
  const isStale = async () => {
    const answer = await fetch(`${MLFLOW_TRACKING_URI}/api/v1/monitors/purchase?by=all`);
    return showMonitor.response.parse(await answer.json()).isStale;
  };
  while (await isStale()) await pause(500);
}

const VARYING: readonly Varying[] = [
  { pattern: /\b(?:[mn]-)?[0-9a-f]{32}\b|\bdec_[0-9a-f]{20}\b/g },
  { pattern: /(?<=digest )[0-9a-f]{12}\b/g },
  { pattern: /\b\d{4}-\d\d-\d\d(?: \d\d:\d\d(?: UTC)?)?\b|\b\d{1,2} [A-Z][a-z]{2} \d{4}(?:, \d\d:\d\d UTC)?\b/g },
  // Latency of a window, in milliseconds.
  { pattern: /(?<=\) +(?:\d+\.\d +)?)\d+\.\d\b/g, within: 50 },
  // Cost per 1,000 requests of a replica that is mostly idle: it depends on the requests of the last metered interval, and is
  // unknown before the first.
  { pattern: /(?<=1\/1 +\d+ +0 +0) +(?:—|\$\d+\.\d+)/g },
  // Budget of $5, less the measured costs.
  { pattern: /(?<=\$)4\.9\d\b/g, within: 1.02 },
  // The same for a million predictions.
  { pattern: /(?<=of predictions \(benchmark\) is \$)[\d.]+(?=,)/g, within: 20 },
  // Measured costs are below ten cents; the number after a comparison is a bound of the policy.
  { pattern: /(?<!<= *)\b0\.0\d+/g, within: 20 },
];

describe.skipIf(python === null)('docs/tutorial.md (skipped where TEST_MLFLOW_PYTHON is not there)', () => {
  it(
    'runs as written, with the outputs that it shows',
    async () => {
      const environment = { MLFLOW_DISABLE_TELEMETRY: 'true' };
      const path = [dirname(python ?? '')];
      const page = await runTutorial('tutorial.md', {
        ...{ path, environment, replaced: [SETUP], varying: VARYING },
        waits: { [DAY]: waitForMinute, [SHOW]: waitForWindows },
      });
      expect(page.different.join('\n')).toBe('');
      expect(page.actual).toBe(page.shown);
    },
    LIMIT_MS,
  );
});
