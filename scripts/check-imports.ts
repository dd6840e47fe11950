import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/**
 * Runs the import rules over the product and over a canary that breaks one of them. A rule that sees nothing passes
 * everything, so the canary must be reported and the product must have modules.
 */
const Report = z.object({
  summary: z.object({
    error: z.number(),
    totalCruised: z.number(),
    violations: z.array(
      z.object({ rule: z.object({ name: z.string(), severity: z.string() }), from: z.string(), to: z.string() }),
    ),
  }),
});

const root = fileURLToPath(new URL('..', import.meta.url));
/** Fewer modules than this means that the checker has stopped seeing the code. */
const LEAST_MODULES = 60;

function cruise(paths: readonly string[], environment: Record<string, string>): z.infer<typeof Report>['summary'] {
  const words = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...paths];
  const done = spawnSync(process.execPath, ['node_modules/dependency-cruiser/bin/dependency-cruiser.mjs', ...words], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    env: { ...process.env, ...environment },
  });
  if (done.stdout === '') throw new Error(`dependency-cruiser said nothing: ${done.stderr}`);
  return Report.parse(JSON.parse(done.stdout)).summary;
}

const canary = cruise(['test/canary'], { CRUISE_CANARY: '1' });
for (const broken of ['wings-apart', 'no-folder-circular']) {
  if (!canary.violations.some(({ rule }) => rule.name === broken)) {
    throw new Error(`the rule ${broken} does not see the canary that breaks it: it would pass anything`);
  }
}
const product = cruise(['src', 'cli', 'web/src', 'examples'], {});
const errors = product.violations.filter(({ rule }) => rule.severity === 'error');
for (const { rule, from, to } of errors) console.error(`${rule.name}: ${from} -> ${to}`);
if (product.totalCruised < LEAST_MODULES) throw new Error(`only ${product.totalCruised} modules were seen`);
if (errors.length > 0) process.exit(1);
console.log(`imports: ${product.totalCruised} modules follow the rules; the canary is seen`);
