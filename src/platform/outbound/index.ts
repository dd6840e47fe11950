import { type DestinationRules, readAllowedHosts, systemResolve } from './destination.ts';
import { createSend, type Send } from './send.ts';

export {
  addressesOf,
  checkUrl,
  DestinationError,
  type DestinationRules,
  type Resolve,
  readAllowedHosts,
  systemResolve,
} from './destination.ts';
export { createSend, type Message, type Send, type SendResult, within } from './send.ts';
export { signatureOf } from './signature.ts';

/** Posts to an address that the operator configured: its host may be internal and without TLS, and no other host is. */
export function createOperatorSend(url: string): Send {
  return createSend({ allowedHosts: new Set([new URL(url).host]), resolve: systemResolve });
}

/** Rules for addresses of others: public ones by https, and these hosts (comma-separated), wherever they are. */
export function destinationRules(allowedHosts: string): DestinationRules {
  return { allowedHosts: readAllowedHosts(allowedHosts), resolve: systemResolve };
}
