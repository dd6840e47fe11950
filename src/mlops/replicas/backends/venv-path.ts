import { existsSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';

/**
 * The environment of a command with the programs of the command's virtual environment first: `/venv/bin/mlflow` finds
 * `/venv/bin/uvicorn`. For a command without an absolute path, or outside of a virtual environment (`pyvenv.cfg`), the
 * environment is unchanged.
 */
export function addVenvPath(
  program: string,
  environment: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const folder = dirname(program);
  if (!isAbsolute(program) || !existsSync(join(dirname(folder), 'pyvenv.cfg'))) return environment;
  const places = (environment.PATH ?? '').split(delimiter).filter((place) => place !== '');
  if (places.includes(folder)) return environment;
  return { VIRTUAL_ENV: dirname(folder), ...environment, PATH: [folder, ...places].join(delimiter) };
}
