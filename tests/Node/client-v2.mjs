// The second generation; the third argument is the era: legacy, auto, or the modern revision to pin.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { run, target } from './steps.mjs';

const { url, options } = target();
const era = process.argv[4] ?? 'auto';
const mode = /^\d/.test(era) ? { pin: era } : era;
const client = new Client({ name: 'sentinel-client-v2', version: '1.0.0' }, { versionNegotiation: { mode } });
const callTool = (client, params, options) => client.callTool(params, options);
await run(client, new StreamableHTTPClientTransport(url, options), callTool);
