import { readSystemCode } from '../errors/index.ts';

/**
 * SQLSTATE of PostgreSQL for a server that shuts down, has crashed or starts (57P01 to 57P03) and for broken connections (class 08), and codes of
 * the operating system.
 */
const CODE =
  /^(08[0-9A-Z]{3}|57P0[1-3]|ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
/** Errors of the client library, which have no code. */
const MESSAGE = /^(Connection terminated|Client has encountered a connection error|Client was closed)/;

/** Whether a statement failed because its connection to PostgreSQL broke, and not because of its content. */
export function isConnectionLoss(error: unknown): boolean {
  if (CODE.test(readSystemCode(error) ?? '')) return true;
  return error instanceof Error && MESSAGE.test(error.message);
}
