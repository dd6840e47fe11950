/** The server's code, loaded only by commands that start it. */
export function loadServer(): Promise<typeof import('./server.ts')> {
  return import('./server.ts');
}
