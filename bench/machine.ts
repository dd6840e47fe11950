import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { version as duckDbVersion } from '@duckdb/node-api';
import type { Mlflow } from './mlflow.ts';

/** Machine of the measurement, one line for each fact. */
export function describeMachine(mlflow: Mlflow | null): string[] {
  const cores = cpus();
  const model = cores[0]?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / 1024 ** 3);
  const other =
    mlflow === null
      ? 'mlflow: not measured, none was found'
      : `mlflow ${mlflow.version} on Python ${mlflow.pythonVersion}, SQLite ${mlflow.sqliteVersion}`;
  return [
    `${new Date().toISOString().slice(0, 10)}, ${model}, ${cores.length} cores, ${memory} GiB memory`,
    `Linux ${release()}, ${distribution()}`,
    `Node ${process.versions.node}, DuckDB ${duckDbVersion().replace(/^v/, '')}, SQLite ${process.versions.sqlite ?? '?'}`,
    other,
  ];
}

function distribution(): string {
  try {
    return /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown distribution';
  } catch {
    return 'unknown distribution';
  }
}
