import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import {
  BlobServiceClient,
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { onFreePort } from './free-port.ts';
import { type ServerChild, startServerChild } from './server-child.ts';

/** A server of the Azure Blob API: Microsoft's emulator, in a separate process. */
export interface BlobServer extends AsyncDisposable {
  readonly account: string;
  readonly accountKey: string;
  readonly accountUrl: string;
  readonly connectionString: string;
  /** Creates an empty container with a unique name. */
  newContainer(): Promise<string>;
  put(container: string, key: string, content: Buffer | string | Readable): Promise<void>;
  remove(container: string, key: string): Promise<void>;
  /** Keys of the blobs in the container. */
  keys(container: string): Promise<string[]>;
  /** How many blocks of a blob have come and are not committed. */
  waitingBlocks(container: string, key: string): Promise<number>;
  /** A SAS token for a container, with permissions in Azure's notation: `rl` is read and list. */
  sas(container: string, permissions: string, expiresOn: Date): string;
  stop(): Promise<void>;
}

/** Over https the emulator also accepts tokens of identities; it checks issuer and audience, but not the signature. */
export interface Https {
  readonly certificate: string;
  readonly key: string;
}

const ACCOUNT = 'steelyardtest';
const ACCOUNT_KEY = Buffer.from('a key of the tests, and of nothing else').toString('base64');

/** Starts Azurite on a free loopback port with a new folder; disposing ends it and removes the folder. */
export function startAzurite(https?: Https): Promise<BlobServer> {
  return onFreePort((port) => startAzuriteOn(port, https));
}

async function startAzuriteOn(port: number, https: Https | undefined): Promise<BlobServer> {
  const folder = mkdtempSync(join(tmpdir(), 'azurite-'));
  const protocol = https === undefined ? 'http' : 'https';
  const accountUrl = `${protocol}://127.0.0.1:${port}/${ACCOUNT}`;
  const child = await startChild(folder, port, https);
  const credential = new StorageSharedKeyCredential(ACCOUNT, ACCOUNT_KEY);
  const service = new BlobServiceClient(accountUrl, credential);
  const stop = async () => {
    await child.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    account: ACCOUNT,
    accountKey: ACCOUNT_KEY,
    accountUrl,
    connectionString: `DefaultEndpointsProtocol=${protocol};AccountName=${ACCOUNT};AccountKey=${ACCOUNT_KEY};BlobEndpoint=${accountUrl};`,
    ...ownersHand(service, credential),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function startChild(folder: string, port: number, https: Https | undefined): Promise<ServerChild> {
  const main = join(dirname(createRequire(import.meta.url).resolve('azurite/package.json')), 'dist/src/blob/main.js');
  const place = ['--location', folder, '--blobHost', '127.0.0.1', '--blobPort', `${port}`];
  const quiet = ['--silent', '--disableTelemetry', '--skipApiVersionCheck'];
  const secure = https === undefined ? [] : ['--oauth', 'basic', '--cert', https.certificate, '--key', https.key];
  const environment = { AZURITE_ACCOUNTS: `${ACCOUNT}:${ACCOUNT_KEY}` };
  const answers = async () => {
    const socket = connect(port, '127.0.0.1');
    return once(socket, 'connect')
      .then(() => true)
      .finally(() => socket.destroy());
  };
  return startServerChild(process.execPath, [main, ...place, ...quiet, ...secure], environment, answers);
}

function ownersHand(
  service: BlobServiceClient,
  credential: StorageSharedKeyCredential,
): Pick<BlobServer, 'newContainer' | 'put' | 'remove' | 'keys' | 'waitingBlocks' | 'sas'> {
  let made = 0;
  return {
    async newContainer() {
      made += 1;
      const container = `container-${made}`;
      await service.createContainer(container);
      return container;
    },
    async put(container, key, content) {
      const blob = service.getContainerClient(container).getBlockBlobClient(key);
      if (typeof content === 'string' || Buffer.isBuffer(content)) await blob.uploadData(Buffer.from(content));
      else await blob.uploadStream(content);
    },
    async remove(container, key) {
      await service.getContainerClient(container).deleteBlob(key);
    },
    async keys(container) {
      const found: string[] = [];
      for await (const { name } of service.getContainerClient(container).listBlobsFlat()) found.push(name);
      return found;
    },
    async waitingBlocks(container, key) {
      const blob = service.getContainerClient(container).getBlockBlobClient(key);
      const list = await blob.getBlockList('uncommitted').catch(() => null); // nothing of it has come yet
      return list?.uncommittedBlocks?.length ?? 0;
    },
    sas(container, permissions, expiresOn) {
      const values = { containerName: container, permissions: ContainerSASPermissions.parse(permissions), expiresOn };
      return generateBlobSASQueryParameters(values, credential).toString();
    },
  };
}
