// A person at a browser who always consents, and a client that has met neither the server nor its issuer before.

/** What the SDKs ask of an application: here everything is kept in memory, and the browser is a fetch. */
export class Application {
  redirectUrl = 'http://127.0.0.1:1/callback';
  clientMetadata = {
    client_name: 'sentinel-oauth',
    redirect_uris: [this.redirectUrl],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };

  clientInformation() {
    return this.client;
  }

  saveClientInformation(client) {
    this.client = client;
  }

  tokens() {
    return this.saved;
  }

  saveTokens(tokens) {
    this.saved = tokens;
  }

  codeVerifier() {
    return this.verifier;
  }

  saveCodeVerifier(verifier) {
    this.verifier = verifier;
  }

  async redirectToAuthorization(url) {
    const answer = await fetch(url, { redirect: 'manual' });
    this.callback = new URL(answer.headers.get('location')).searchParams;
  }
}

/** Connects, is sent away to authorize, comes back, calls a tool and prints what it answered. */
export async function dance(connect, finish, callTool) {
  const application = new Application();
  const first = await connect(application).catch((error) => error);
  if (first?.transport === undefined || !application.callback) {
    throw new Error(`not asked to authorize: ${first}`);
  }

  await finish(first.transport, application.callback);
  const { client } = await connect(application);
  const { content } = await callTool(client, { name: 'echo', arguments: { text: 'authorized' } });
  console.log(JSON.stringify(content));
  await client.close();
}
