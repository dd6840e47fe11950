#!/usr/bin/env node
// This file must run on the Node versions that it refuses: no syntax after ES2018, no import before the check.
import { nodeRefusal } from './node-version.ts';

const refusal = nodeRefusal(process.version);
if (refusal === null) {
  import('./process.ts').then((steelyard) => steelyard.runProcess());
} else {
  if (process.argv.indexOf('--json') !== -1) process.stdout.write(`${JSON.stringify(refusal, null, 2)}\n`);
  process.stderr.write(`error[${refusal.code}]: ${refusal.detail}\n`);
  process.exitCode = 2;
}
