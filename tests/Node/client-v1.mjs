// The official SDK's first generation, as its documentation wants it.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { run, target } from './steps.mjs';

const { url, options } = target();
const client = new Client({ name: 'sentinel-client-v1', version: '1.0.0' });
const callTool = (client, params, options) => client.callTool(params, undefined, options);
await run(client, new StreamableHTTPClientTransport(url, options), callTool);
