import type { Config } from '../config/index.ts';
import { AppError } from '../errors/index.ts';
import { waitWithin } from '../outbound/index.ts';
import { resolveSecret } from '../secrets/index.ts';

export interface Letter {
  /** The same at every try, so that a reader's programme shows one of two that came: becomes the Message-ID. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  /** Plain text. */
  readonly text: string;
  /** Self-contained HTML of the same content; left out: plain text only. */
  readonly html?: string;
}

/** Sends e-mail by the operator's SMTP server. */
export interface Mail {
  /** Resolves when the server has taken it; rejects otherwise, or when the signal is aborted, and a later try may succeed. */
  send(letter: Letter, signal?: AbortSignal): Promise<void>;
}

const CONNECT_MS = 10_000;
const SILENCE_MS = 30_000;
/** Of all of it: a server that sends a byte now and then is silent for no 30 s. */
const LONGEST_MS = 60_000;

/** Null where no SMTP server is configured. The SMTP URL, which may contain a password, is resolved again for each mail. */
export function createMail({ smtpUrl, smtpFrom: from }: Pick<Config, 'smtpUrl' | 'smtpFrom'>): Mail | null {
  if (smtpUrl === undefined || from === undefined) return null;
  return {
    async send({ id, to, subject, text, html }, signal) {
      const url = (await resolveSecret(smtpUrl)).reveal();
      if (!/^smtps?:\/\//.test(url)) {
        throw new AppError('secret_unresolved', `The value of ${smtpUrl} is not an smtp:// or smtps:// address.`);
      }
      // Loaded with the first letter: most servers never send one.
      const { createTransport } = await import('nodemailer');
      const transport = createTransport({
        url,
        connectionTimeout: CONNECT_MS,
        greetingTimeout: CONNECT_MS,
        socketTimeout: SILENCE_MS,
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      try {
        const limit = AbortSignal.any([AbortSignal.timeout(LONGEST_MS), ...(signal === undefined ? [] : [signal])]);
        await waitWithin(
          limit,
          transport.sendMail({
            from,
            to,
            subject,
            text,
            ...(html === undefined ? {} : { html }),
            messageId: `<${id}@steelyard>`,
          }),
        );
      } finally {
        transport.close();
      }
    },
  };
}
