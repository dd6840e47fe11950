import { useMatches } from '@tanstack/react-router';

/** The route of the page in view, such as `/models/$model`; empty for an unknown address, which only the root matches. */
export function useRoute(): string {
  return useMatches({
    select: (matches) => {
      const last = matches.at(-1);
      return last === undefined || last.routeId === '__root__' ? '' : last.fullPath;
    },
  });
}
