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

/** First port of the range that systems give to outgoing connections. */
const FIRST_OUTGOING = 32_768;
const FIRST_OWN = 20_000;

/** A free TCP port that no outgoing connection takes, for a server that is started on it again and again. */
export async function lastingPort(): Promise<number> {
  for (;;) {
    const port = FIRST_OWN + Math.floor(Math.random() * (FIRST_OUTGOING - FIRST_OWN));
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
