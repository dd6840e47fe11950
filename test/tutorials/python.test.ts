import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findMlflowPython } from '../support/mlflow-server.ts';
import { runPage, type Varying } from '../support/run-page.ts';
import { serverProgram } from '../support/server-build.ts';
import { startServerProcess } from '../support/server-process.ts';

const PAGE = join(import.meta.dirname, '../../docs/tutorial.md');
const python = findMlflowPython();
/** Imports of Python take a minute on a busy machine. */
const LIMIT_MS = 600_000;

/** The test has an environment with these packages, and starts the server on a free port. */
const REPLACED = `python3 -m venv venv && . venv/bin/activate
pip install mlflow scikit-learn
steelyard serve > serve.log &
export MLFLOW_TRACKING_URI=http://127.0.0.1:4610`;

const VARYING: readonly Varying[] = [
  { pattern: /\b(?:[mn]-)?[0-9a-f]{32}\b|\bdec_[0-9a-f]{20}\b/g },
  { pattern: /\b\d{4}-\d\d-\d\d(?: \d\d:\d\d UTC)?\b/g },
  // Latency of a window, in milliseconds.
  { pattern: /(?<=\) +(?:\d+\.\d +)?)\d+\.\d\b/g, within: 50 },
  // Cost per 1,000 requests of a replica that was mostly idle.
  { pattern: /(?<=1\/1 +\d+ +0 +0 +)\d\.\d+(?= USD)/g, within: 20 },
  // Measured costs are below ten cents; bounds follow a comparison.
  { pattern: /(?<!<= *)\b0\.0\d+/g, within: 20 },
];

describe.skipIf(python === null)('docs/tutorial.md (skipped where TEST_MLFLOW_PYTHON is not there)', () => {
  it(
    'runs as written, with the outputs that it shows',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'tutorial-'));
      const bin = join(folder, '.bin');
      mkdirSync(bin);
      writeFileSync(join(bin, 'steelyard'), `#!/bin/sh\nexec "${process.execPath}" "${serverProgram()}" "$@"\n`, {
        mode: 0o755,
      });
      const environment = {
        PATH: [bin, dirname(python ?? ''), process.env.PATH].join(':'),
        HOME: folder,
        MLFLOW_DISABLE_TELEMETRY: 'true',
      };
      await using server = await startServerProcess(join(folder, '.steelyard'), environment);
      const markdown = readFileSync(PAGE, 'utf8');
      const page = await runPage(markdown, {
        folder,
        environment: { ...environment, MLFLOW_TRACKING_URI: server.url },
        replaced: [REPLACED],
        shownAs: { [server.url]: 'http://127.0.0.1:4610' },
        varying: VARYING,
      });
      if (process.env.WRITE_TUTORIALS === '1') writeFileSync(PAGE, page);
      else expect(page).toBe(markdown);
      rmSync(folder, { recursive: true, force: true });
    },
    LIMIT_MS,
  );
});
