import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

/** Prints, at the end of the process, the folder of each loaded module: the name of a package, or `src` or `cli` for Steelyard's modules. */
const LIST_LOADED = `data:text/javascript,
  import { registerHooks } from 'node:module';
  const loaded = new Set();
  registerHooks({ load(url, context, next) {
    loaded.add(/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1] ?? /\\/(src|cli)\\//.exec(url)?.[1]);
    if (url.endsWith('src/main.ts')) loaded.add('main');
    return next(url, context);
  } });
  process.on('exit', () => process.stderr.write(JSON.stringify([...loaded])));`;

async function loadedBy(...words: string[]): Promise<string[]> {
  const args = ['--no-warnings', '--import', LIST_LOADED, 'cli/main.ts', ...words];
  const { stderr } = await promisify(execFile)(process.execPath, args, { cwd: join(import.meta.dirname, '../..') });
  return JSON.parse(stderr.slice(stderr.lastIndexOf('[')));
}

describe('a start', () => {
  it('loads nothing of the server to say the version', async () => {
    const loaded = await loadedBy('--version');
    expect(loaded).toContain('cli');
    expect(loaded).not.toContain('main');
    expect(loaded).not.toContain('kysely');
  });

  it('leaves what few commands use until it is used', async () => {
    const data = mkdtempSync(join(tmpdir(), 'start-'));
    const loaded = await loadedBy('price', 'list', '--data', data, '--json');
    expect(loaded).toContain('main');
    const rare = /duckdb|aws-sdk|smithy|azure|kubernetes|docker|nodemailer|genai-prices|onnxruntime/;
    expect(loaded.filter((name) => rare.test(name ?? ''))).toEqual([]);
  });
});
