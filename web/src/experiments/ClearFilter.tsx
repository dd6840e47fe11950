import { useNavigate } from '@tanstack/react-router';
import parts from '../parts/parts.module.css';

/** Removes the filter of the runs and the team from the address. */
export function ClearFilter() {
  const navigate = useNavigate({ from: '/experiments/$experimentId' });
  return (
    <button
      type="button"
      className={parts.button}
      onClick={() =>
        void navigate({
          search: (before) => ({
            ...before,
            ...{ filter: undefined, status: undefined, since: undefined },
            ...{ from: undefined, to: undefined, team: undefined },
          }),
        })
      }
    >
      Clear filter
    </button>
  );
}
