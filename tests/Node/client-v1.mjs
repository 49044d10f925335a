// The official SDK's first generation, as its documentation wants it; the era http+sse is its older transport.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { announcements, answers, capabilities, run, target } from './steps.mjs';

const { url, options, era, can } = target();
const client = new Client({ name: 'sentinel-client-v1', version: '1.0.0' }, { capabilities });
const announced = announcements();
client.setRequestHandler(CreateMessageRequestSchema, answers['sampling/createMessage']);
client.setRequestHandler(ElicitRequestSchema, answers['elicitation/create']);
client.setRequestHandler(ListRootsRequestSchema, answers['roots/list']);
client.setNotificationHandler(LoggingMessageNotificationSchema, announced.heard);
const callTool = (client, params, options) => client.callTool(params, undefined, options);
const transport =
  era === 'http+sse' ? new SSEClientTransport(url, options) : new StreamableHTTPClientTransport(url, options);
await run(client, transport, callTool, announced, can);
