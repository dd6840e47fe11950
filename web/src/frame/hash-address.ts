/**
 * The page that corresponds to an address of MLflow's web app; null when there is none. Its clients print such
 * addresses: `http://host/#/experiments/1/runs/abc` -> `/runs/abc`.
 */
export function addressOfHash(hash: string): string | null {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?');
  const [noun, id, more, run] = path.split('/').slice(1).map(decoded);
  if (noun === 'experiments') {
    if (id === undefined || id === '') return '/experiments';
    return more === 'runs' && run !== undefined && run !== '' ? `/runs/${plain(run)}` : `/experiments/${plain(id)}`;
  }
  if (noun === 'models') return id === undefined || id === '' ? '/models' : `/models/${plain(id)}`;
  if (noun === 'compare-runs') return `/runs/compare?runs=${listRuns(query).map(plain).join(',')}`;
  return null;
}

const plain = encodeURIComponent;

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a stray %: used unchanged
  }
}

function listRuns(query: string): string[] {
  return new URLSearchParams(query).get('runs')?.match(/[\w-]+/g) ?? [];
}
