import { AppError, readSystemCode } from '../errors/index.ts';

/** SQLSTATE classes and codes of a PostgreSQL that stops, starts or has lost a connection. */
const AWAY = /^(08|57P0|53300$|E(CONN|PIPE|HOST|NET|TIMEDOUT|NOTFOUND|AI_AGAIN))/;
/** Errors of the client library that have no code. */
const BROKEN =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/;

/** Whether an error says that the store did not respond, and nothing about the question. */
export function isStoreAway(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'store_unreachable';
  if (AWAY.test(readSystemCode(error) ?? '')) return true;
  return error instanceof Error && BROKEN.test(error.message);
}
