import { connect as connectTo, createServer, type Server, type Socket } from 'node:net';
import { joined } from './joined.ts';

/** A way to a database that a test closes and opens, as if the database were away. */
export interface DatabaseDoor extends AsyncDisposable {
  /** Address of the database by this way. */
  readonly address: string;
  /** Ends all connections and refuses new ones. */
  close(): Promise<void>;
  open(): Promise<void>;
  /** Keeps all connections, and new ones, without an answer until `resume`. */
  stall(): void;
  resume(): void;
}

export async function openDoor(database: string): Promise<DatabaseDoor> {
  const url = new URL(database);
  const [host, port] = [url.hostname, Number(url.port)];
  const sockets = new Set<Socket>();
  let isStalled = false;
  const server = createServer((inward) => {
    const outward = connectTo(port, host);
    joined(inward, outward);
    for (const socket of [inward, outward]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      if (isStalled) socket.pause();
    }
  });
  url.port = String(await listenAgain(server, 0));
  const own = Number(url.port);
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    address: url.toString(),
    close,
    open: async () => void (await listenAgain(server, own)),
    stall() {
      isStalled = true;
      for (const socket of sockets) socket.pause();
    },
    resume() {
      isStalled = false;
      for (const socket of sockets) socket.resume();
    },
    [Symbol.asyncDispose]: async () => {
      if (server.listening) await close();
    },
  };
}

function listenAgain(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
