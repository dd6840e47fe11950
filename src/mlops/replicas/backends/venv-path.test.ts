import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addVenvPath } from './venv-path.ts';

const venv = mkdtempSync(join(tmpdir(), 'steelyard-venv-'));
const bin = join(venv, 'bin');
mkdirSync(bin);
writeFileSync(join(venv, 'pyvenv.cfg'), 'home = /usr/bin\n');

describe('the environment of a command', () => {
  it.each([
    ['in a virtual environment has its programs first', join(bin, 'mlflow'), { PATH: '/usr/bin' }, `${bin}:/usr/bin`],
    ['in a virtual environment without a PATH has them', join(bin, 'mlflow'), {}, bin],
    ['keeps a PATH that names them already', join(bin, 'mlflow'), { PATH: `/a:${bin}` }, `/a:${bin}`],
    ['elsewhere stays', '/usr/bin/mlflow', { PATH: '/usr/bin' }, '/usr/bin'],
    ['that is found by its name stays', 'mlflow', { PATH: '/usr/bin' }, '/usr/bin'],
  ])('%s', (_what, program, environment, expected) => {
    expect(addVenvPath(program, environment).PATH).toBe(expected);
  });
});
