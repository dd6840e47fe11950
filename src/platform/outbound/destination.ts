import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { AppError, readSystemCode } from '../errors/index.ts';
import { isPublicAddress } from './addresses.ts';

/** Allowed destinations of webhooks (SSRF protection): a request from inside this network must never reach a refused address. */

export interface Address {
  readonly address: string;
  readonly family: number;
}

/** Names to addresses, once a connection. */
export type Resolve = (host: string) => Promise<Address[]>;

export const resolveBySystem: Resolve = (host) => lookup(host, { all: true });

export interface DestinationRules {
  /** `host` or `host:port` whose receivers may be internal and without TLS. */
  readonly allowedHosts: ReadonlySet<string>;
  readonly resolve: Resolve;
}

const MAX_URL_LENGTH = 2048;

/** `a, b:8080` -> the set of both. */
export function readAllowedHosts(text: string): Set<string> {
  const hosts = text.split(',').map((host) => host.trim().toLowerCase());
  return new Set(hosts.filter((host) => host !== ''));
}

/**
 * The URL, when its form and its host are allowed. The URL parser turns every spelling of an address (decimal, octal,
 * hexadecimal, shortened) into the one that is checked. Error: `webhook_url_refused`.
 */
export function checkUrl(text: string, rules: Pick<DestinationRules, 'allowedHosts'>): URL {
  const url = parseUrl(text);
  const allowed = isAllowed(url, rules);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && allowed)) {
    const scheme = url.protocol.slice(0, -1);
    throw createRefused(`Invalid webhook URL scheme: '${scheme}'. Allowed schemes are: https.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw createRefused(
      'A webhook URL cannot contain a user or a password: every account that lists the webhooks sees the URL.',
    );
  }
  const host = parseHost(url);
  if (!allowed && isIP(host) !== 0 && !isPublicAddress(host)) throw createNotPublic(url.hostname, host);
  return url;
}

/**
 * Resolves the host once and checks all of its addresses. The connection is pinned to them, so that it makes no second DNS lookup
 * (DNS rebinding). Error: `webhook_url_refused`; a name that cannot be resolved is a `DestinationError`.
 */
export async function resolveAddresses(url: URL, rules: DestinationRules): Promise<Address[]> {
  const host = parseHost(url);
  const family = isIP(host);
  const found = family === 0 ? await resolveName(host, rules.resolve) : [{ address: host, family }];
  if (found.length === 0) throw new DestinationError(`${host} has no address.`);
  const inner = isAllowed(url, rules) ? undefined : found.find(({ address }) => !isPublicAddress(address));
  if (inner !== undefined) throw createNotPublic(url.hostname, inner.address);
  return found;
}

/** A network failure on the way to the receiver; a retry may succeed. */
export class DestinationError extends Error {}

async function resolveName(host: string, resolve: Resolve): Promise<Address[]> {
  try {
    return await resolve(host);
  } catch (error) {
    throw new DestinationError(`${host} cannot be resolved (${readSystemCode(error) ?? 'failed'}).`, { cause: error });
  }
}

/** Lookup for `connect`: always returns the checked addresses. */
export function createPinnedLookup(addresses: readonly Address[]): LookupFunction {
  return (_hostname, options, callback) => {
    if (options.all) return callback(null, [...addresses]);
    const [first] = addresses;
    if (first === undefined) return callback(new DestinationError('no address'), '', 0);
    callback(null, first.address, first.family);
  };
}

function parseUrl(text: string): URL {
  if (text.trim() === '') throw createRefused('Webhook URL cannot be empty or just whitespace.');
  if (text.length > MAX_URL_LENGTH) throw createRefused(`A webhook URL has at most ${MAX_URL_LENGTH} characters.`);
  // The parser mends slashes, backslashes and white space; another reader of the same text may see another host there.
  const plain = /^[a-z][a-z0-9+.-]*:(?:\/\/[^\s\\/?#]+)?[^\s\\]*$/i.test(text) && !/^https?:(?!\/\/[^/])/i.test(text);
  try {
    if (plain) return new URL(text);
  } catch {
    // Reported below.
  }
  throw createRefused(`Invalid webhook URL: '${text.slice(0, 200)}' is not an absolute URL with a hostname.`);
}

/** Without the brackets of IPv6 and the dot that ends a full name. */
function parseHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function isAllowed(url: URL, { allowedHosts }: Pick<DestinationRules, 'allowedHosts'>): boolean {
  return allowedHosts.has(parseHost(url)) || allowedHosts.has(url.host);
}

function createNotPublic(host: string, address: string): AppError {
  const shown = host === address || host === `[${address}]` ? host : `${host} (${address})`;
  return createRefused(
    `A webhook URL must not lead to a non-public IP address: ${shown}. For an internal receiver, add ` +
      'its host to the setting webhookAllowedHosts.',
  );
}

function createRefused(detail: string): AppError {
  return new AppError('webhook_url_refused', detail);
}
