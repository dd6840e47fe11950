import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { measureNouns } from './folder-sizes.ts';

/** Files stay readable in one sitting (docs/style.md): 400 lines at most, 600 for a test. Functions are Biome's. */
const LIMIT = 400;
const TEST_LIMIT = 600;
/** A noun that is larger is two nouns: product files, without tests and builders of tests. */
const NOUN_FILES = 60;
const NOUN_LINES = 4000;

const files = execFileSync('git', ['ls-files', '*.ts', '*.tsx'], { encoding: 'utf8' }).trim().split('\n');
const sized = files.map((path) => ({ path, lines: readFileSync(path, 'utf8').split('\n').length }));
const tooLong = sized.filter(({ path, lines }) => lines > (/\.test\.tsx?$/.test(path) ? TEST_LIMIT : LIMIT));
for (const { path, lines } of tooLong) console.error(`${path} has ${lines} lines; split it`);

const product = sized.filter(({ path }) => path.startsWith('src/') && !/\.(test|testing)\.ts$|\/testing\//.test(path));
const tooLarge = measureNouns(product).filter(({ files: count, lines }) => count > NOUN_FILES || lines > NOUN_LINES);
for (const { folder, files: count, lines } of tooLarge) {
  console.error(`${folder} has ${count} files and ${lines} lines; split it along its imports`);
}
if (tooLong.length + tooLarge.length > 0) process.exit(1);
