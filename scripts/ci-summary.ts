import { readFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * Adds up what `.ci/run` did. Arguments: `NAME=EXITCODE` for a step, or a file of Vitest's JSON reporter. A skipped test
 * counts as failed: on CI everything can be had. The last line is `N passed, M failed`.
 */
const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numFailedTestSuites: z.number(),
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

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
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function addReport(path: string): void {
  const report = readReport(path);
  if (report === null) {
    fail(`${path}: the suite wrote no report`);
    return;
  }
  passed += report.numPassedTests;
  for (const { name, status, assertionResults } of report.testResults) {
    if (status === 'failed' && assertionResults.length === 0) fail(`${name} did not load`);
    for (const test of assertionResults) {
      if (test.status === 'failed') fail(test.fullName);
      else if (test.status !== 'passed') fail(`${test.fullName} was ${test.status}`);
    }
  }
  if (!report.success && failed === 0) fail(`${path}: the run did not succeed`);
}

function readReport(path: string): z.infer<typeof Report> | null {
  try {
    return Report.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null; // missing or cut off: the runner died, which is a failure and not a crash of this summary
  }
}
