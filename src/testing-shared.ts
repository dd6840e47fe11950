import { afterAll } from 'vitest';
import type { Application } from './main.ts';
import { testApplication } from './testing.ts';

/** One application for all tests of a file or of a `describe` block; it ends after the last of them. Tests use names of their own. */
export async function sharedApplication(...options: Parameters<typeof testApplication>): Promise<Application> {
  const application = await testApplication(...options);
  afterAll(() => application[Symbol.asyncDispose]());
  return application;
}
