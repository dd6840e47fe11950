import { createServer } from 'node:net';

/** Number of attempts when another process took the free port before the server did. */
const TRIES = 3;
const TAKEN = /EADDRINUSE|address already in use/i;

/** Starts a server on a free port; retries on another port when its error says that the port was taken. */
export async function onFreePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await freePort());
    } catch (error) {
      if (attempt === TRIES || !TAKEN.test(String(error))) throw error;
    }
  }
}

/** A TCP port of the loopback address that is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
