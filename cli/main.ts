#!/usr/bin/env node
// Nothing here may need a Node newer than the one it refuses: no syntax after ES2018, no import that is not checked first.
import { nodeRefusal } from './node-version.ts';

const refusal = nodeRefusal(process.version);
if (refusal === null) {
  import('./process.ts').then((steelyard) => steelyard.runProcess());
} else {
  if (process.argv.indexOf('--json') !== -1) process.stdout.write(`${JSON.stringify(refusal, null, 2)}\n`);
  process.stderr.write(`error[${refusal.code}]: ${refusal.detail}\n`);
  process.exitCode = 2;
}
