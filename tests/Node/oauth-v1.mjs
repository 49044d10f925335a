// The first generation finds the issuer, registers, authorizes and calls a tool.
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { dance } from './oauth.mjs';

const url = new URL(process.argv[2]);
await dance(
  async (authProvider) => {
    const client = new Client({ name: 'sentinel-oauth-v1', version: '1.0.0' });
    const transport = new StreamableHTTPClientTransport(url, { authProvider });
    try {
      await client.connect(transport);
      return { client, transport };
    } catch (error) {
      throw error instanceof UnauthorizedError ? Object.assign(error, { transport }) : error;
    }
  },
  (transport, callback) => transport.finishAuth(callback.get('code')),
  (client, call) => client.callTool(call),
);
