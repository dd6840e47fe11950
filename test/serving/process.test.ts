import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe } from 'vitest';
import { processServing, type ServingEngine } from '../support/serving-engines.ts';
import { describeServedBy } from './backends-suite.ts';

const there = existsSync('/bin/busybox') || process.env.CI !== undefined;

describe.skipIf(!there)('processes (skipped where busybox is missing)', () => {
  let engine: ServingEngine;
  beforeAll(async () => {
    engine = await processServing();
  });
  afterAll(() => engine?.[Symbol.asyncDispose]());

  describeServedBy('processes of this machine', () => engine, true);
});
