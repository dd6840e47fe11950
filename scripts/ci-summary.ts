import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { z } from 'zod';

/**
 * Adds up what `.ci/run` did. Arguments: `NAME=EXITCODE` for a step, or a file of Vitest's JSON reporter. A skipped test
 * counts as failed: on CI everything can be had. Prints the ten slowest files; the last line is `N passed, M failed`.
 */
const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numFailedTestSuites: z.number(),
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      startTime: z.number(),
      endTime: z.number(),
      status: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).default([]) }),
      ),
    }),
  ),
});

const SLOWEST = 10;
/** Characters of the message of a failed test. */
const MESSAGE_LIMIT = 1_500;
/** Seconds that the tests and hooks of each file took. */
const secondsByFile = new Map<string, number>();
let passed = 0;
let failed = 0;
const fail = (what: string, count = 1) => {
  console.error(`FAILED ${what}`);
  failed += count;
};

for (const argument of process.argv.slice(2)) {
  const step = /^(\w+)=(\d+)$/.exec(argument);
  if (step === null) addReport(argument);
  else if (step[2] === '0') passed += 1;
  else fail(`step ${step[1]}`);
}
printSlowest();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function addReport(path: string): void {
  const report = readReport(path);
  if (report === null) {
    fail(`${path}: the suite wrote no report`);
    return;
  }
  passed += report.numPassedTests;
  for (const { name, status, startTime, endTime, assertionResults } of report.testResults) {
    secondsByFile.set(relative(process.cwd(), name), (endTime - startTime) / 1000);
    if (status === 'failed' && assertionResults.length === 0) fail(`${name} did not load`);
    for (const test of assertionResults) {
      if (test.status === 'failed') fail([test.fullName, ...test.failureMessages.map(shorten)].join('\n'));
      else if (test.status !== 'passed') fail(`${test.fullName} was ${test.status}`);
    }
  }
  if (!report.success && failed === 0) fail(`${path}: the run did not succeed`);
}

/** The end of a long log is often all that can be read of a run: it names the cause of each failure. */
function shorten(message: string): string {
  return message.slice(0, MESSAGE_LIMIT).replaceAll(/^/gm, '    ');
}

function printSlowest(): void {
  const slowest = [...secondsByFile].toSorted(([, one], [, other]) => other - one).slice(0, SLOWEST);
  console.log(`\n== the ${slowest.length} slowest files`);
  for (const [file, seconds] of slowest) console.log(`${seconds.toFixed(0).padStart(5)}s  ${file}`);
}

function readReport(path: string): z.infer<typeof Report> | null {
  try {
    return Report.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null; // missing or cut off: the runner died, which is a failure and not a crash of this summary
  }
}
