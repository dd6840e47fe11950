import { Frame } from '../frame/Frame.tsx';
import { ErrorState } from '../parts/ErrorState.tsx';
import styles from './account.module.css';
import { LoginPage } from './LoginPage.tsx';
import { mayAsk, useSession } from './use-session.ts';

/** The frame with its pages for a session that may use them, otherwise the login page. */
export function SessionGate() {
  const session = useSession();
  if (session.data !== undefined) return mayAsk(session.data.name) ? <Frame /> : <LoginPage />;
  if (session.error === null) return null;
  return (
    <main className={styles.place}>
      <ErrorState error={session.error} what="Steelyard" onRetry={() => session.refetch()} />
    </main>
  );
}
