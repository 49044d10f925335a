import { z } from 'zod';
import { executed } from './serving.mjs';

// Loose, so that a tool sees every argument that was sent, not only those that it declares.
const text = z.looseObject({ text: z.string() });
const pair = z.looseObject({ a: z.number(), b: z.number() });

/** Registers the tools on an McpServer of either generation; `idOf` reads the request's id from its context. */
export function registerTools(server, idOf) {
  const register = (name, description, inputSchema, answer) =>
    server.registerTool(name, { description, inputSchema }, (args, context) => {
      executed(name, args, idOf(context));
      return { content: [{ type: 'text', text: answer(args) }] };
    });

  register('echo', 'Answers with the text it was given.', text, (args) => args.text);
  register('add', 'Adds two numbers.', pair, (args) => String(args.a + args.b));
  register('danger', 'What a policy denies.', text, () => 'done');
  return server;
}
