import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

/** A server of a model that costs nothing: v2, one answer for everything. `node model-server.ts PORT FILE`; FILE gets the port. */
const [, , port = '0', file = ''] = process.argv;
const metadata = JSON.stringify({
  name: 'bench',
  inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }],
  outputs: [{ name: 'score', datatype: 'FP32', shape: [-1, 1] }],
});
const answer = JSON.stringify({
  model_name: 'bench',
  outputs: [{ name: 'score', datatype: 'FP32', shape: [1, 1], data: [0.5] }],
});

createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (request, response) => {
  request.resume();
  const content = request.method === 'POST' ? answer : metadata;
  request.once('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': content.length }).end(content);
  });
}).listen(Number(port), '127.0.0.1', () => writeFileSync(file, port));
