import { afterAll } from 'vitest';
import type { Application } from '../main.ts';
import { testApplication } from './application.ts';

type Options = Parameters<typeof testApplication>;

/** One application for all tests of a file or of a `describe` block; it ends after the last of them. Each test uses unique names. */
export async function sharedApplication(...options: Options): Promise<Application> {
  return shared(await testApplication(...options));
}

/**
 * An application whose background jobs are enqueued and never run: for tests of the answers to requests alone. Jobs are
 * more than half of the CPU of a bill import.
 */
export async function quietApplication(overrides: Options[0] = {}, settings: Options[1] = {}): Promise<Application> {
  const application = await testApplication(overrides, { lakeThreads: 1, ...settings });
  await application.jobs[Symbol.asyncDispose]();
  return application;
}

/** One quiet application for all tests of a file or of a `describe` block. */
export async function sharedQuietApplication(...options: Options): Promise<Application> {
  return shared(await quietApplication(...options));
}

function shared(application: Application): Application {
  afterAll(() => application[Symbol.asyncDispose]());
  return application;
}
