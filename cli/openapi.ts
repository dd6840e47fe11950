import { createClient } from './connection/client.ts';
import { command } from './frame/command.ts';
import { jsonText } from './frame/context.ts';
import { answerGenerated, generatedExits, generatedOptions } from './generated-file.ts';
import { loadServer } from './load-server.ts';

const openapiCommand = command({
  path: ['openapi'],
  summary: 'Print the OpenAPI 3.1 document of the HTTP API',
  example: 'steelyard openapi > openapi.json\nsteelyard openapi --check',
  needs: 'nothing',
  exits: generatedExits,
  options: generatedOptions,
  run: async (context, input) => {
    const { startEmptyServer } = await loadServer();
    await using server = await startEmptyServer();
    const document = await createClient(server.url).document('/api/openapi.json');
    const text = jsonText(document);
    const renewal = 'steelyard openapi --write';
    return answerGenerated(context, input, { file: 'docs/openapi.json', text, document, renewal });
  },
});

export const openapiCommands = [openapiCommand];
