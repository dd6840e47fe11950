import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { awsJson, azurePage } from '../src/finops/testing/prices.ts';
import { golden, normalised, type ServedFolder, serveFolder, temporaryFolder } from './testing.ts';

const folder = temporaryFolder();
let server: ServedFolder;
beforeAll(async () => {
  server = await serveFolder();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function put(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function expectGolden(name: string, ...argv: string[]): Promise<void> {
  const { actual, expected } = golden(name, normalised(await server.run(...argv), [folder, server.data]));
  expect(actual).toBe(expected);
}

/** A cloud that serves its price lists, until the test ends; `answers` by path with query. */
async function cloud(answer: (url: string, response: ServerResponse) => void): Promise<string> {
  const web = createServer((request: IncomingMessage, response) => answer(request.url ?? '', response));
  await new Promise<void>((resolve) => void web.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void web.close());
  const { port } = web.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

const LIST = awsJson([
  { type: 'p5.48xlarge', price: '55.04' },
  { type: 'p5.48xlarge', price: '61.5', region: 'eu-west-1' },
  { type: 'c5.large', price: '0.085' },
  { type: 'c5.large', price: '0.086' },
]);

describe('price lists on the command line', () => {
  it('are imported from files, listed and shown by region', async () => {
    await expectGolden('price-import', 'price', 'import', 'aws', put('ec2.json', LIST));
    await expectGolden('price-import-again', 'price', 'import', 'aws', put('ec2.json', LIST));
    const { out } = await server.run('price', 'list', '--origin', 'catalogue', '--json');
    expect(JSON.parse(out)).toMatchObject({
      prices: [{ region: 'eu-west-1' }, { region: 'us-east-1' }],
      nextPageToken: null,
    });
    const shown = await server.run(
      'price',
      'show',
      '--instance',
      'p5.48xlarge',
      '--region',
      'eu-west-1',
      '--at',
      '2026-11-21',
    );
    expect(shown.out).toBe(
      'p5.48xlarge@eu-west-1  $61.50 an hour, from 2026-11-01\nAWS on demand, Linux, eu-west-1, price list of 2026-11-20\n',
    );
    const csv = await server.run('price', 'list', '--origin', 'catalogue', '--csv');
    expect(csv.out.split('\r\n')).toHaveLength(4);
    expect(await server.run('price', 'list', '--csv', '--json')).toMatchObject({ code: 2 });
    const few = await server.run('price', 'list', '--limit', '1');
    expect(few.err).toContain('--limit N lists more');
  });

  it('of Azure are as old as the newest of their files, unless it is said', async () => {
    const page = put('page.json', azurePage([{ type: 'Standard_D2_v5', price: 0.096 }]));
    const { out } = await server.run('price', 'import', 'azure', page, '--json', '--fetched', '2026-11-22T00:00:00Z');
    expect(JSON.parse(out)).toMatchObject({ publishedAt: '2026-11-22T00:00:00Z', prices: 1 });
    const later = JSON.parse((await server.run('price', 'import', 'azure', page, '--json')).out) as {
      publishedAt: string;
    };
    expect(Math.abs(Date.parse(later.publishedAt) - Date.now())).toBeLessThan(600_000);
  });

  it('of AWS are found through its index, by region', async () => {
    const index = {
      offers: { AmazonEC2: { currentRegionIndexUrl: '/offers/v1.0/aws/AmazonEC2/current/region_index.json' } },
    };
    const regions = { regions: { 'eu-west-1': { regionCode: 'eu-west-1', currentVersionUrl: '/offers/ec2-eu.json' } } };
    const documents: Readonly<Record<string, string>> = {
      '/offers/v1.0/aws/index.json': JSON.stringify(index),
      '/offers/v1.0/aws/AmazonEC2/current/region_index.json': JSON.stringify(regions),
      '/offers/ec2-eu.json': LIST.replaceAll('61.5', '60.25'),
    };
    const base = await cloud((url, response) => {
      response.statusCode = documents[url] === undefined ? 404 : 200;
      response.end(documents[url] ?? '');
    });
    const address = `${base}/offers/v1.0/aws/index.json`;
    const imported = await server.run('price', 'import', 'aws', address, '--region', 'eu-west-1', '--json');
    expect(JSON.parse(imported.out)).toMatchObject({ regions: [{ region: 'eu-west-1', prices: 1, changed: 1 }] });
    expect(await server.run('price', 'import', 'aws', address, '--region', 'xx-1')).toMatchObject({ code: 1 });
    expect(await server.run('price', 'import', 'aws', address)).toMatchObject({ code: 2 });
    expect(await server.run('price', 'import', 'aws', `${base}/gone.json`)).toMatchObject({
      code: 3,
      err: expect.stringContaining('it answers 404'),
    });
  });

  it('of Azure are fetched page by page, also when the other side asks to wait', async () => {
    let refused = false;
    const base = await cloud((url, response) => {
      const isSecond = url.includes('skip=1000');
      if (isSecond && !refused) {
        refused = true;
        response.writeHead(429, { 'retry-after': '0' }).end();
        return;
      }
      const [item] = isSecond ? [{ type: 'Standard_D4_v5', price: 0.2 }] : [{ type: 'Standard_D2_v5', price: 0.1 }];
      response.end(azurePage(item === undefined ? [] : [item], isSecond ? null : `${base}/api?$skip=1000`));
    });
    const { out } = await server.run('price', 'import', 'azure', `${base}/api`, '--json');
    expect(JSON.parse(out)).toMatchObject({ prices: 2, regions: [{ region: 'eastus' }] });
    expect(refused).toBe(true);
  });

  it('do not lead to another place, and are whole or nothing', async () => {
    const base = await cloud((url, response) => {
      if (url.includes('elsewhere')) response.end(azurePage([{ type: 'x', price: 1 }], 'http://127.0.0.2/api'));
      else response.writeHead(200, { 'content-length': String(LIST.length) }).end(LIST.slice(0, 900));
    });
    const elsewhere = await server.run('price', 'import', 'azure', `${base}/elsewhere`);
    expect(elsewhere).toMatchObject({ code: 3, err: expect.stringContaining('another place') });
    const cut = await server.run('price', 'import', 'aws', `${base}/cut.json`);
    expect(cut).toMatchObject({ code: 3, err: expect.stringContaining('cannot be read') });
  });

  it.each([
    ['no cloud', ['gcp', 'x'], 2],
    ['nothing to read', ['aws'], 2],
    ['a missing file', ['aws', join(folder, 'none')], 1],
    ['a file of something else', ['aws', put('other.json', '{}')], 1],
  ])('are refused with %s', async (_what, argv, code) => {
    expect(await server.run('price', 'import', ...argv)).toMatchObject({ code });
  });

  it('are not needed to learn from the bill', async () => {
    expect((await server.run('price', 'learn')).out).toBe('Learned from 0 months.\n');
  });
});
