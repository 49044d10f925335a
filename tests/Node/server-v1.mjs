// The official SDK's first generation, without sessions, reading the bodies itself.
import { createServer } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { answered, receive, serve } from './serving.mjs';
import { registerTools } from './tools.mjs';

async function handle(req, res) {
  const server = new McpServer({ name: 'sentinel-node-v1', version: '1.0.0' });
  registerTools(server, (extra) => extra.requestId);
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  res.on('close', () => server.close());
  await server.connect(transport);
  await transport.handleRequest(req, res);
}

// What the adapter throws on, such as a target that is no URL, ends the request and not the process.
const guarded = (req, res) => handle(req, res).catch(() => res.writeHead(500).end());

serve(createServer((req, res) => answered(req, res) || receive(req, () => guarded(req, res))));
