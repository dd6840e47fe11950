import type { Socket } from 'node:net';

/** Writes of one turn of the event loop go out in one call of the system. */
export function writeTogether(socket: Socket): (bytes: Buffer) => void {
  let isHeld = false;
  return (bytes) => {
    if (!isHeld) {
      isHeld = true;
      socket.cork();
      setImmediate(() => {
        isHeld = false;
        socket.uncork();
      });
    }
    socket.write(bytes);
  };
}
