import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

export interface TakenLetter {
  readonly from: string;
  readonly to: readonly string[];
  /** User and password of AUTH PLAIN; null without. */
  readonly login: string | null;
  /** Headers and text as they came. */
  readonly content: string;
}

/** An SMTP server on loopback that accepts every mail, except the number given to `refuse`. */
export interface SmtpServer extends AsyncDisposable {
  readonly port: number;
  readonly taken: TakenLetter[];
  /** The next ones are answered with `451` (try again later). */
  refuse(count: number): void;
}

export async function startSmtpServer(): Promise<SmtpServer> {
  const taken: TakenLetter[] = [];
  let refusals = 0;
  const refused = () => {
    if (refusals === 0) return false;
    refusals -= 1;
    return true;
  };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    void talk(socket, taken, refused);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens on no port');
  return {
    port: address.port,
    taken,
    refuse: (count) => {
      refusals = count;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** RFC 5321, as much of it as a client needs that behaves. */
async function talk(socket: Socket, taken: TakenLetter[], refused: () => boolean): Promise<void> {
  const say = (line: string) => socket.write(`${line}\r\n`);
  let envelope = { from: '', to: [] as string[] };
  let login: string | null = null;
  let content: string[] | null = null;
  say('220 test ESMTP');
  for await (const line of createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (content !== null) {
      if (line !== '.') content.push(line.replace(/^\./, ''));
      else {
        taken.push({ ...envelope, login, content: content.join('\n') });
        content = null;
        envelope = { from: '', to: [] };
        say('250 taken');
      }
      continue;
    }
    const [verb = '', rest = ''] = [line.slice(0, 4).toUpperCase(), line.slice(5)];
    const mailbox = /<([^>]*)>/.exec(rest)?.[1] ?? '';
    if (verb === 'EHLO') socket.write('250-test\r\n250 AUTH PLAIN\r\n');
    else if (verb === 'AUTH') {
      login = Buffer.from(rest.replace(/^PLAIN /, ''), 'base64')
        .toString('utf8')
        .split('\0')
        .slice(1)
        .join(':');
      say('235 welcome');
    } else if (verb === 'MAIL') {
      if (refused()) say('451 later');
      else {
        envelope.from = mailbox;
        say('250 ok');
      }
    } else if (verb === 'RCPT') {
      envelope.to.push(mailbox);
      say('250 ok');
    } else if (verb === 'DATA') {
      content = [];
      say('354 go on');
    } else if (verb === 'QUIT') {
      say('221 bye');
      socket.end();
    } else say('250 ok');
  }
}
