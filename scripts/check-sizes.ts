import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Files stay readable in one sitting (docs/style.md): 400 lines at most, 600 for a test. Functions are Biome's. */
const LIMIT = 400;
const TEST_LIMIT = 600;

const files = execFileSync('git', ['ls-files', '*.ts', '*.tsx'], { encoding: 'utf8' }).trim().split('\n');
const tooLong = files
  .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length }))
  .filter(({ file, lines }) => lines > (/\.test\.tsx?$/.test(file) ? TEST_LIMIT : LIMIT));
for (const { file, lines } of tooLong) console.error(`${file} has ${lines} lines; split it`);
if (tooLong.length > 0) process.exit(1);
