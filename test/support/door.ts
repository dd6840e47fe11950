import { connect, createServer, type Socket } from 'node:net';
import { lastingPort } from './free-port.ts';
import { joined } from './joined.ts';

/** A port in front of a server of this machine, which can be closed while the server keeps its data. */
export interface Door extends AsyncDisposable {
  readonly url: string;
  /** Breaks every connection and refuses new ones. */
  close(): Promise<void>;
  open(): Promise<void>;
}

export async function startDoor(behind: number): Promise<Door> {
  const port = await lastingPort();
  const inside = new Set<Socket>();
  const front = createServer((inward) => {
    inside.add(inward);
    inward.once('close', () => inside.delete(inward));
    joined(inward, connect(behind, '127.0.0.1'));
  });
  const open = () => new Promise<void>((resolve) => front.listen(port, '127.0.0.1', resolve));
  const close = async () => {
    if (!front.listening) return;
    const closed = new Promise<void>((resolve) => front.close(() => resolve()));
    for (const socket of inside) socket.destroy();
    await closed;
  };
  await open();
  return { url: `http://127.0.0.1:${port}`, open, close, [Symbol.asyncDispose]: close };
}
