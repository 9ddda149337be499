import http from 'node:http';

export interface ClientRequest {
  readonly method?: string;
  /** Several values are several header lines. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
}

export interface ClientAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** One request over a connection of its own. Unlike `fetch` it leaves the path as it is written. */
export function request(
  url: string,
  { method = 'GET', headers = {}, body }: ClientRequest = {},
): Promise<ClientAnswer> {
  const [, hostname, port, path] = /^http:\/\/([\d.]+):(\d+)(.*)$/.exec(url) ?? [];
  const outgoing = http.request({ hostname, port, path, method, agent: false });
  for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value);
  return new Promise((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode: status = 0, headers: received } = response;
        resolve({ status, headers: received, text: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.end(body);
  });
}
