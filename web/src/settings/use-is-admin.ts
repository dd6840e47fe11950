import { useSession } from '../account/use-session.ts';

/** True if this session may change settings: an administrator, or everybody on a server without accounts. */
export function useIsAdmin(): boolean {
  const { data: who } = useSession();
  return who !== undefined && (who.accounts === 'off' || who.role === 'admin');
}
