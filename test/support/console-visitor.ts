import type { TestAdmin } from './admin.ts';
import { type ClientAnswer, request } from './http-client.ts';

/** A browser with the console open: it keeps its cookie, and names its origin whenever it writes. */
export class ConsoleVisitor {
  readonly #url: string;
  /** The Host it asks for, where that is not the address itself. */
  readonly #host: string;
  cookie: string | undefined;

  constructor({ url }: Pick<TestAdmin, 'url'>, host = new URL(url).host) {
    this.#url = url;
    this.#host = host;
  }

  async send(
    method: string,
    path: string,
    { body, headers = {} }: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
  ): Promise<ClientAnswer> {
    const answer = await request(`${this.#url}${path}`, {
      method,
      headers: {
        host: this.#host,
        ...(this.cookie === undefined ? {} : { cookie: this.cookie }),
        ...(method === 'GET' ? {} : { origin: `http://${this.#host}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const [set] = answer.headers['set-cookie'] ?? [];
    if (set !== undefined) this.cookie = set.split(';')[0];
    return answer;
  }

  get(path: string): Promise<ClientAnswer> {
    return this.send('GET', path);
  }

  logIn(password: string, headers: Readonly<Record<string, string>> = {}): Promise<ClientAnswer> {
    return this.send('POST', '/api/session', { body: { password }, headers });
  }

  setUp(link: string, password: string): Promise<ClientAnswer> {
    return this.send('POST', '/api/setup', { body: { token: link, password } });
  }
}
