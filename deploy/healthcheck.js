// Exit code 0 while the server of this container answers. Its file names a loopback address without TLS, on any port.
import { readFileSync } from 'node:fs';

const { STEELYARD_DATA: data, STEELYARD_SERVER: name } = process.env;
// One of several servers has a folder of its own.
const folder = name === undefined ? data : `${data}/servers/${name}`;
const { url } = JSON.parse(readFileSync(`${folder}/server.json`, 'utf8'));
const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(4_000) });
if (!answer.ok) throw new Error(`GET /health answered ${answer.status}`);
