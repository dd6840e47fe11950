import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type FolderCircle, findFolderCircles } from './folder-circles.ts';

/**
 * Runs the import rules over the product and over a canary that breaks one of them. A rule that sees nothing passes
 * everything, so the canary must be reported and the product must have modules.
 */
const Report = z.object({
  modules: z.array(z.object({ source: z.string(), dependencies: z.array(z.object({ resolved: z.string() })) })),
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

function cruise(paths: readonly string[], environment: Record<string, string>): z.infer<typeof Report> {
  const words = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...paths];
  const done = spawnSync(process.execPath, ['node_modules/dependency-cruiser/bin/dependency-cruiser.mjs', ...words], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    env: { ...process.env, ...environment },
  });
  if (done.stdout === '') throw new Error(`dependency-cruiser said nothing: ${done.stderr}`);
  return Report.parse(JSON.parse(done.stdout));
}

/** Builders of test applications import the whole server, and so make no circle of the product. */
const TESTING = /\/testing\/|\.testing\.ts$/;

function findCircles({ modules }: z.infer<typeof Report>, folder: string): FolderCircle[] {
  const isProduct = (path: string) => path.startsWith(folder) && !TESTING.test(path);
  const imports = modules.flatMap(({ source, dependencies }) =>
    dependencies.map(({ resolved }) => ({ from: source, to: resolved })),
  );
  return findFolderCircles(imports.filter(({ from, to }) => isProduct(from) && isProduct(to)));
}

const canary = cruise(['test/canary'], { CRUISE_CANARY: '1' });
if (!canary.summary.violations.some(({ rule }) => rule.name === 'wings-apart')) {
  throw new Error('the rule wings-apart does not see the canary that breaks it: it would pass anything');
}
const canaryCircles = findCircles(canary, 'test/canary/src/').map(
  ({ parent, folders }) => `${parent}: ${folders.join()}`,
);
for (const circle of ['test/canary/src/tradeoff: a,b', 'test/canary/src/tradeoff/a: inner,outer']) {
  if (!canaryCircles.includes(circle))
    throw new Error(`the circle of folders ${circle} is not seen: found ${canaryCircles.join('; ')}`);
}
const product = cruise(['src', 'cli', 'web/src', 'examples'], {});
const errors = product.summary.violations.filter(({ rule }) => rule.severity === 'error');
for (const { rule, from, to } of errors) console.error(`${rule.name}: ${from} -> ${to}`);
const circles = findCircles(product, 'src/');
for (const { parent, folders, imports } of circles) {
  console.error(`folders of ${parent} import each other: ${folders.join(', ')}`);
  for (const { from, to } of imports) console.error(`  ${from} -> ${to}`);
}
const { totalCruised } = product.summary;
if (totalCruised < LEAST_MODULES) throw new Error(`only ${totalCruised} modules were seen`);
if (errors.length + circles.length > 0) process.exit(1);
console.log(`imports: ${totalCruised} modules follow the rules, no circle of folders; the canary is seen`);
