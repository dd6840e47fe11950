import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadAllCommands } from '../cli/nouns.ts';
import { recordUsage } from '../src/finops/metering/schema.ts';
import type { Application } from '../src/main.ts';
import { linearGraph } from '../src/mlops/serving/graphs.testing.ts';
import { aliased, registeredFiles } from '../src/mlops/testing/serving.ts';
import { errorTable } from '../src/platform/errors/table.ts';
import { postApply } from '../src/platform/manifests/schema.ts';
import { call, testApplication } from '../src/testing/application.ts';
import { errorsPage } from './errors-page.ts';
import {
  anchorsOf,
  blocksOf,
  documentPaths,
  namedPathsOf,
  readDocument,
  relativeLinksOf,
  root,
  shellLinesOf,
} from './markdown.ts';

const documents = documentPaths();
const commands = await loadAllCommands();

describe.each(documents)('%s', (path) => {
  const markdown = readDocument(path);

  it('links to what exists, headings included', () => {
    const broken = relativeLinksOf(markdown).filter((link) => {
      const [file = '', anchor = ''] = link.split('#');
      const target = file === '' ? path : relative(root, join(root, dirname(path), file));
      if (!existsSync(join(root, target))) return true;
      return anchor !== '' && !anchorsOf(readDocument(target)).has(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('names only files and folders that exist', () => {
    const missing = namedPathsOf(markdown).filter((named) => !existsSync(join(root, named)));
    expect(missing).toEqual([]);
  });

  it('names only scripts of npm and commands of steelyard that exist', () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
    const ran = [...markdown.matchAll(/npm run (?:--?[\w-]+ )*([\w:.-]+)/g)].map(([, script = '']) => script);
    expect(ran.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
    const unknown = shellLinesOf(markdown).filter((line) => isOurs(line) && !isCommand(line));
    expect(unknown).toEqual([]);
  });
});

function isOurs(line: string): boolean {
  return /^(\S*\/)?steelyard /.test(line);
}

/** True when the words of the line begin with those of a command and every `--option` is one that it has. */
function isCommand(line: string): boolean {
  const [, ...words] = (line.split(/ [|>&] ?/)[0] ?? '').split(/\s+/);
  return commands.some((each) => each.path.every((word, index) => words[index] === word));
}

describe('the rules of documents', () => {
  it('CONTRIBUTING.md has at most 80 lines', () => {
    expect(readDocument('CONTRIBUTING.md').trim().split('\n').length).toBeLessThanOrEqual(80);
  });

  it('every decision record is numbered once and shows code before and after', () => {
    const records = readdirSync(join(root, 'docs/adr')).toSorted();
    expect(records.map((name) => name.slice(0, 4))).toEqual(
      records.map((_, index) => `${String(index + 1).padStart(3, '0')}-`),
    );
    for (const name of records) {
      const markdown = readDocument(`docs/adr/${name}`);
      expect(markdown, name).toMatch(/^## Context$.*^## Decision$.*^## Consequences$/ms);
      expect(markdown, name).toMatch(/^(\*\*)?Before.*```.*^(\*\*)?After.*```/ms);
    }
  });

  it('every document of docs is in its index', () => {
    const linked = new Set(relativeLinksOf(readDocument('docs/README.md')).map((link) => `docs/${link.split('#')[0]}`));
    const wanted = documents.filter((path) => path.startsWith('docs/') && path !== 'docs/README.md');
    expect(wanted.filter((path) => !linked.has(path))).toEqual([]);
  });
});

describe('manifests in documents', () => {
  // A tutorial is run as a whole by test/tutorials: its documents need what its commands have made.
  const withManifests = documents.filter((path) => manifestsOf(path).length > 0 && !path.startsWith('docs/tutorial'));

  it.each(withManifests)('%s shows documents that apply without error, and again without change', async (path) => {
    // Documents that send mail need a mail server in the settings; nothing is sent here.
    const mail = { smtpUrl: 'env:SMTP_URL', smtpFrom: 'steelyard@example.org' };
    await using application = await testApplication({}, mail);
    await servedModel(application);
    const texts = manifestsOf(path).map(({ text }, index) => ({ file: `${path}-${index + 1}.yaml`, text }));
    for (const text of texts) await call(application, postApply, { body: { documents: [text] } });
    for (const text of texts) {
      const { applied } = await call(application, postApply, { body: { documents: [text] } });
      expect(applied.map(({ outcome }) => outcome)).toEqual(applied.map(() => 'unchanged'));
    }
  });

  it('docs/manifests.md has an example of every kind', () => {
    const shown = manifestsOf('docs/manifests.md').flatMap(({ text }) =>
      [...text.matchAll(/^kind: (\w+)$/gm)].map(([, kind = '']) => kind),
    );
    expect([...new Set(shown)].toSorted()).toEqual([
      'AllocationRules',
      'AnomalySubscription',
      'BillSource',
      'Budget',
      'Endpoint',
      'Environment',
      'ExchangeRates',
      'GpuOwnerRules',
      'IdlePolicy',
      'ModelValue',
      'Monitor',
      'NotificationRoute',
      'Pipeline',
      'Policy',
      'PriceBook',
      'Project',
      'Report',
      'Retention',
      'Retraining',
      'Team',
      'TokenPrices',
      'UnitDataset',
    ]);
  });
});

/** An endpoint names a version that is there. */
async function servedModel(application: Application): Promise<void> {
  const version = await registeredFiles(application, 'ranker', { 'model.onnx': linearGraph([1, 2, 3]) });
  await aliased(application, 'ranker', 'champion', version);
}

function manifestsOf(path: string) {
  return blocksOf(readDocument(path)).filter(({ language, text }) => language === 'yaml' && /^kind:/m.test(text));
}

it('usage intervals in docs/mlflow.md are ones that the server takes', async () => {
  await using application = await testApplication();
  const samples = blocksOf(readDocument('docs/mlflow.md')).filter(({ language }) => language === 'json');
  expect(samples.length).toBe(1);
  for (const { text } of samples) {
    const body = recordUsage.body.parse(JSON.parse(text));
    expect(await call(application, recordUsage, { body })).toEqual({ recorded: body.intervals.length });
  }
});

describe('error codes', () => {
  const codes = Object.keys(errorTable);
  const sources = ['src', 'cli'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !/\.(test|testing)\.ts$/.test(file))
      .map((file) => ({ file: `${folder}/${file}`, text: readFileSync(join(root, folder, file), 'utf8') })),
  );

  it('are all in docs/errors.md, which is what the table makes', () => {
    expect(readDocument('docs/errors.md')).toBe(errorsPage());
    expect(codes.filter((code) => !anchorsOf(errorsPage()).has(`error-${code}`))).toEqual([]);
  });

  it('that are thrown are in the table', () => {
    const thrown = sources.flatMap(({ text }) =>
      [...text.matchAll(/new (?:App|Command)Error\(\s*'(\w+)'/g)].map(([, code = '']) => code),
    );
    expect(thrown.length).toBeGreaterThan(20);
    expect(thrown.filter((code) => !Object.hasOwn(errorTable, code))).toEqual([]);
  });

  it('of the table are all used', () => {
    // An endpoint's list promises a code and does not throw it.
    const used = sources
      .filter(({ file }) => file !== 'src/platform/errors/table.ts')
      .map(({ text }) => text.replaceAll(/^ {2}errors: \[.*?\],$/gms, ''))
      .join('\n');
    expect(codes.filter((code) => !used.includes(`'${code}'`))).toEqual([]);
  });
});

describe('the HTTP API', () => {
  let application: Application;
  let document: z.infer<typeof OpenApi>;
  beforeAll(async () => {
    application = await testApplication();
    const answer = await application.http.inject({ url: '/api/openapi.json', headers: { host: 'localhost' } });
    document = OpenApi.parse(answer.json());
  });
  afterAll(() => application[Symbol.asyncDispose]());

  it('describes every field of every request and answer', () => {
    const undescribed = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, operation]) => [
        ...operation.parameters
          .filter(({ description }) => description === '')
          .map(({ name }) => `${method} ${path}: parameter ${name}`),
        ...undescribedIn(operation.requestBody, `${method} ${path}: body`),
        ...undescribedIn(operation.responses, `${method} ${path}: answer`),
      ]),
    );
    expect(undescribed).toEqual([]);
  });

  it('promises errors of the table only', () => {
    const promised = Object.values(document.paths)
      .flatMap((operations) => Object.values(operations))
      .flatMap(({ responses }) => Object.values(responses))
      .flatMap(({ description }) => [...description.matchAll(/`(\w+)`/g)].map(([, code = '']) => code));
    expect(promised.length).toBeGreaterThan(20);
    expect(promised.filter((code) => !Object.hasOwn(errorTable, code))).toEqual([]);
  });
});

const Operation = z.looseObject({
  parameters: z.array(z.looseObject({ name: z.string(), description: z.string() })),
  requestBody: z.unknown().optional(),
  responses: z.record(z.string(), z.looseObject({ description: z.string() })),
});
const OpenApi = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), Operation)) });

/** Fields without a description, of the schemas anywhere in a part of an OpenAPI document. */
function undescribedIn(part: unknown, where: string): string[] {
  if (typeof part !== 'object' || part === null) return [];
  if (Array.isArray(part)) return part.flatMap((item) => undescribedIn(item, where));
  const fields =
    'properties' in part && typeof part.properties === 'object' ? Object.entries(part.properties ?? {}) : [];
  const here = fields.filter(([, schema]) => !isDescribed(schema)).map(([name]) => `${where}: ${name}`);
  const below = Object.entries(part).flatMap(([name, value]) =>
    name === 'properties'
      ? fields.flatMap(([field, schema]) => undescribedIn(schema, `${where}.${field}`))
      : undescribedIn(value, where),
  );
  return [...here, ...below];
}

function isDescribed(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && 'description' in schema && schema.description !== '';
}
