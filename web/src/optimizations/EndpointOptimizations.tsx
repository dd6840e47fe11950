import { Link } from '@tanstack/react-router';
import { Fragment } from 'react';
import layout from '../parts/layout.module.css';
import parts from '../parts/parts.module.css';
import { useOptimizations } from './use-optimizations.ts';
import { STATE_WORDS } from './words.ts';

const SHOWN = 3;

/** The newest optimizations of an endpoint, in one line; nothing where it has none. */
export function EndpointOptimizations({ endpoint }: { readonly endpoint: string }) {
  const { data } = useOptimizations({ endpoint });
  const optimizations = data?.optimizations ?? [];
  if (optimizations.length === 0) return null;
  return (
    <p className={layout.quiet}>
      Optimizations:{' '}
      {optimizations.slice(0, SHOWN).map(({ optimization, state }, index) => (
        <Fragment key={optimization}>
          {index > 0 && ', '}
          <Link to="/optimizations/$optimization" params={{ optimization }} className={parts.textLink}>
            {optimization}
          </Link>{' '}
          ({STATE_WORDS[state][0]})
        </Fragment>
      ))}
      {optimizations.length > SHOWN && (
        <>
          {', '}
          <Link to="/optimizations" search={{ endpoint }} className={parts.textLink}>
            all {optimizations.length}
          </Link>
        </>
      )}
    </p>
  );
}
