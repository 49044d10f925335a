// Prints the names of all tools that a client of each generation is shown, one JSON line a generation: page by page, as
// far as the generation does not turn the pages itself.
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client';

const [url, key] = process.argv.slice(2);
const options = { requestInit: { headers: { 'X-Api-Key': key } } };
const info = { name: 'sentinel-list-tools', version: '1.0.0' };

for (const [client, transport] of [
  [new ClientV1(info), new TransportV1(new URL(url), options)],
  [new ClientV2(info, { versionNegotiation: { mode: 'legacy' } }), new TransportV2(new URL(url), options)],
]) {
  await client.connect(transport);
  const pages = [];
  let cursor;
  do {
    const page = await client.listTools(cursor === undefined ? {} : { cursor });
    pages.push(page.tools.map((tool) => tool.name));
    cursor = page.nextCursor;
  } while (cursor !== undefined && pages.length < 10);

  console.log(JSON.stringify(pages));
  await client.close();
}
