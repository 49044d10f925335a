// The second generation; the third argument is the era: legacy, auto, or the modern revision to pin.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { announcements, answers, capabilities, run, target } from './steps.mjs';

const { url, options, era, can } = target();
const mode = /^\d/.test(era) ? { pin: era } : era;
const client = new Client(
  { name: 'sentinel-client-v2', version: '1.0.0' },
  { capabilities, versionNegotiation: { mode } },
);
const announced = announcements();
for (const [method, answer] of Object.entries(answers)) {
  client.setRequestHandler(method, answer);
}

client.setNotificationHandler('notifications/message', announced.heard);
const callTool = (client, params, options) => client.callTool(params, options);
await run(client, new StreamableHTTPClientTransport(url, options), callTool, announced, can);
