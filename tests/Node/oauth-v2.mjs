// The second generation does the same; the third argument is the era.
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { dance } from './oauth.mjs';

const [url, era = 'auto'] = process.argv.slice(2);
const mode = /^\d/.test(era) ? { pin: era } : era;
await dance(
  async (authProvider) => {
    const client = new Client({ name: 'sentinel-oauth-v2', version: '1.0.0' }, { versionNegotiation: { mode } });
    const transport = new StreamableHTTPClientTransport(new URL(url), { authProvider });
    try {
      await client.connect(transport);
      return { client, transport };
    } catch (error) {
      throw error instanceof UnauthorizedError ? Object.assign(error, { transport }) : error;
    }
  },
  (transport, callback) => transport.finishAuth(callback),
  (client, call) => client.callTool(call),
);
