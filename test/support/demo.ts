import { inject } from 'vitest';
import { createApplication } from '../../src/main.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { listenOn } from '../../src/platform/http/index.ts';
import type { Clock } from '../../src/platform/units/index.ts';
import { copyDemo } from './demo-copy.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Server on the demo's data, for tests that change nothing. */
    demoUrl: string;
    /** Folder of the demo's data, for tests that change it on a copy. */
    demoFolder: string;
  }
}

export interface RunningServer extends AsyncDisposable {
  readonly url: string;
}

/** A server on a data folder, on a free port; with the time of `clock`, where a test moves it. */
export async function serveFolder(data: string, clock?: Clock): Promise<RunningServer> {
  const { config } = loadConfig({ environment: {}, flags: { data, port: 0, logLevel: 'fatal' } });
  const application = await createApplication(config, clock === undefined ? {} : { clock });
  const url = await listenOn(application.http, config);
  return { url, [Symbol.asyncDispose]: () => application[Symbol.asyncDispose]() };
}

/** A server on a copy of the demo's data, for tests that change it. Others use `inject('demoUrl')`. */
export function demoApplication(): Promise<RunningServer> {
  return serveFolder(copyDemo(inject('demoFolder')));
}
