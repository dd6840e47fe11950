/**
 * The server's code, loaded only by commands that start it. A function of its own because the compiler leaves the
 * extension of `import()` alone in a function that it rewrites for `using`.
 */
export function loadServer(): Promise<typeof import('./server.ts')> {
  return import('./server.ts');
}
