import type { EntryAddress } from './pages.ts';

const PATHS: Readonly<Record<EntryAddress, string>> = {
  '/': 'M2.5 2.5h4.5v4.5H2.5zM9 2.5h4.5v4.5H9zM2.5 9h4.5v4.5H2.5zM9 9h4.5v4.5H9z',
  '/decisions': 'M8 3v10M5.5 13.5h5M2.5 5.5l11-2M2.5 5.5l-1 3.5h3zM13.5 3.5l-1 3.5h3z',
  '/experiments': 'M6 2h4M6.8 2v4L2.8 12.6c-.4.7.1 1.6 1 1.6h8.4c.9 0 1.4-.9 1-1.6L9.2 6V2M4.6 10h6.8',
  '/models': 'M8 1.8l5.4 3.1v6.2L8 14.2l-5.4-3.1V4.9zM8 8l5.4-3.1M8 8L2.6 4.9M8 8v6.2',
  '/trade-offs': 'M2.5 2v11.5H14M5 11h2.5V8H10V5h3.5',
  '/pipelines': 'M2 3h3.5v3.5H2zM10.5 3H14v3.5h-3.5zM10.5 9.5H14V13h-3.5zM5.5 4.8h5M8 4.8v6.4h2.5',
  '/endpoints': 'M2 8h3.5M10.5 8H14M8 5.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5M11.2 5l2.8 3-2.8 3',
  '/monitoring': 'M1.8 8.5h3l1.7-5 3 9 1.8-4h2.9',
  '/costs': 'M3 13.5V8.5M6.5 13.5V5M10 13.5v-3.5M13.5 13.5v-11',
  '/anomalies': 'M1.8 11.5h3l2-1 1.7-8 1.7 8 2 1h2M8.5 13.2v.6',
  '/deliveries': 'M8 2v6.5M5 5.8l3 2.9 3-2.9M2.5 9.5v3.2c0 .5.3.8.8.8h9.4c.5 0 .8-.3.8-.8V9.5',
  '/budgets': 'M8 2a6 6 0 1 1-6 6M8 8V2M8 8l4.2 4.2',
  '/recommendations': 'M8 1.8a4.2 4.2 0 0 1 2.4 7.7v1.7H5.6V9.5A4.2 4.2 0 0 1 8 1.8M6 13h4M6.8 14.6h2.4',
  '/gpus': 'M4 4h8v8H4zM6.3 6.3h3.4v3.4H6.3zM6 1.8V4M10 1.8V4M6 12v2.2M10 12v2.2M1.8 6H4M1.8 10H4M12 6h2.2M12 10h2.2',
  '/account':
    'M8 5.6a2.4 2.4 0 1 1 0 4.8 2.4 2.4 0 0 1 0-4.8M8 1.6v2M8 12.4v2M1.6 8h2M12.4 8h2M3.5 3.5l1.4 1.4M11.1 11.1l1.4 1.4M3.5 12.5l1.4-1.4M11.1 4.9l1.4-1.4',
  '/statements': 'M3.5 1.8h6l3 3v9.4h-9zM9.5 1.8v3h3M5.8 8h4.4M5.8 11h4.4',
};

/** A small icon before the name of a page. */
export function PageIcon({ to }: { readonly to: EntryAddress }) {
  return (
    <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" fill="none">
      <path d={PATHS[to]} stroke="currentColor" strokeWidth="1.3" strokeLinejoin="round" strokeLinecap="round" />
    </svg>
  );
}
