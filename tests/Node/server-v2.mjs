// The second generation: both eras on one endpoint, behind its own Express application, which reads the bodies.
import { createServer } from 'node:http';
import { createMcpExpressApp } from '@modelcontextprotocol/express';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { McpServer, createMcpHandler } from '@modelcontextprotocol/server';
import { answered, receive, serve } from './serving.mjs';
import { registerTools } from './tools.mjs';

const handler = createMcpHandler(() =>
  registerTools(new McpServer({ name: 'sentinel-node-v2', version: '1.0.0' }), (context) => context.mcpReq.id),
);
const handle = toNodeHandler(handler);

const app = createMcpExpressApp();
app.all('/mcp', (req, res) => handle(req, res, req.body));

serve(createServer((req, res) => answered(req, res) || receive(req, () => app(req, res))));
