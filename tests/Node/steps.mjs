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

  sideBySide: ({ call }) => Promise.all(['a', 'b', 'c', 'd'].map((text) => call('echo', { text }))),
};

/** Runs the script and writes its transcript; `callTool(client, params, options)` hides how the generations differ. */
export async function run(client, transport, callTool) {
  const write = (step, saw) => console.log(JSON.stringify({ step, saw }));
  const call = (name, args, onprogress) => callTool(client, { name, arguments: args }, { onprogress }).catch(described);

  try {
    await client.connect(transport);
    for (const [step, act] of Object.entries(steps)) {
      write(step, await act({ client, call }));
    }

    await transport.terminateSession?.();
    await client.close();
    write('close', true);
  } catch (error) {
    write('failed', described(error));
    process.exitCode = 1;
  }
}

/** The URL and headers to connect with, from the command line: URL, headers as JSON. */
export function target() {
  const [url, headers = '{}'] = process.argv.slice(2);
  return { url: new URL(url), options: { requestInit: { headers: JSON.parse(headers) } } };
}

function described(error) {
  return { error: error.constructor.name, code: error.code, message: error.message };
}
