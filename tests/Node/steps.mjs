// What a client does and sees, one JSON line a step; ids and times are left out, so that two runs can be compared.

/** The script: each step is given the connected client and says what it saw. */
export const steps = {
  connect: async ({ client }) => ({
    server: client.getServerVersion()?.name,
    capabilities: client.getServerCapabilities(),
  }),

  listTools: async ({ client }) => (await client.listTools()).tools,

  echo: ({ call }) => call('echo', { text: 'hällo \u{1F600} "quoted" \\ \n' }),

  add: ({ call }) => call('add', { a: 1.5, b: -2 }),

  toolError: ({ call }) => call('fail', { text: 'no luck' }),

  protocolError: ({ call }) => call('throw', { text: 'thrown' }),

  unknownTool: ({ call }) => call('no-such-tool', {}),

  progress: async ({ call }) => {
    const reports = [];
    const result = await call('slow', { steps: 3, delayMs: 20 }, (report) => reports.push(report.progress));
    return { reports, result };
  },

  large: async ({ call }) => {
    const { content } = await call('big', { bytes: 300_000 });
    return { length: content[0].text.length, end: content[0].text.slice(-26) };
  },

  // A tool that is called again with what it asked for, or that asks during the call: the SDK sees to both.
  sampling: ({ call, can }) => can.beAsked === true && call('ask_model', { question: 'What is 6 × 7?' }),

  elicitation: ({ call, can }) => can.beAsked === true && call('ask_user', { question: 'Who are you?' }),

  roots: ({ call, can }) => can.beAsked === true && call('list_roots', {}),

  // The server speaks up on the stream that the client has opened beside its calls.
  announcement: async ({ call, can, announced }) => {
    const heard = can.hearAnnouncements === true && announced.next();
    return { result: await call('announce', { text: 'news' }), heard: await heard };
  },

  // The server hangs up before it answers; the client comes back for the answer by itself.
  resumption: ({ call, can }) => can.resume === true && call('poll', { text: 'again' }),

  // The server's log tells whether the tool heard of it.
  cancellation: async ({ call, can }) => {
    if (!can.cancel) {
      return false;
    }

    const leaving = new AbortController();
    const begun = withResolvers();
    const calling = call('slow', { steps: 1, delayMs: 600_000 }, () => begun.resolve(), leaving.signal);
    await Promise.race([begun.promise, calling]);
    leaving.abort('enough');
    return (await calling).error !== undefined;
  },

  sideBySide: ({ call }) => Promise.all(['a', 'b', 'c', 'd'].map((text) => call('echo', { text }))),
};

/** What a client of ours can be asked for. */
export const capabilities = { sampling: {}, elicitation: {}, roots: {} };

/** What it answers, by method. */
export const answers = {
  'sampling/createMessage': async ({ params }) => ({
    model: 'deep-thought',
    role: 'assistant',
    content: { type: 'text', text: `42, since you ask: ${params.messages[0].content.text ?? params.messages[0].content[0].text}` },
  }),
  'elicitation/create': async () => ({ action: 'accept', content: { name: 'Zoë' } }),
  'roots/list': async () => ({ roots: [{ uri: 'file:///home/zoe', name: 'home' }] }),
};

/** Hands on what the server announces, to whoever waits for it. */
export function announcements() {
  let waiting;
  return {
    next: () => new Promise((resolve) => (waiting = resolve)),
    heard: ({ params }) => waiting?.(params),
  };
}

/**
 * Runs the script and writes its transcript; `callTool(client, params, options)` hides how the generations differ.
 * `can` says what this transport, revision and way of answering allow.
 */
export async function run(client, transport, callTool, announced, can) {
  const write = (step, saw) => console.log(JSON.stringify({ step, saw }));
  const call = (name, args, onprogress, signal) =>
    callTool(client, { name, arguments: args }, { onprogress, signal, timeout: 3_600_000 }).catch(described);

  try {
    await client.connect(transport);
    for (const [step, act] of Object.entries(steps)) {
      write(step, await act({ client, call, can, announced }));
    }

    await transport.terminateSession?.();
    await client.close();
    write('close', true);
  } catch (error) {
    write('failed', described(error));
    process.exitCode = 1;
  }
}

/** What the command line says: URL, headers as JSON, era, and as JSON what can be done there. */
export function target() {
  const [url, headers = '{}', era = 'auto', can = '{}'] = process.argv.slice(2);
  return { url: new URL(url), options: { requestInit: { headers: JSON.parse(headers) } }, era, can: JSON.parse(can) };
}

function withResolvers() {
  let resolve;
  return { promise: new Promise((r) => (resolve = r)), resolve };
}

function described(error) {
  return { error: error.constructor.name, code: error.code, message: error.message };
}
