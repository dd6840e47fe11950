import { Link } from '@tanstack/react-router';
import { Page } from '../parts/Page.tsx';

/** An address that no page has. */
export function PageNotFound() {
  return (
    <Page title="Not found" answer="There is no page at this address.">
      <p>
        Go to the <Link to="/">overview</Link>, or search with Ctrl-K.
      </p>
    </Page>
  );
}
