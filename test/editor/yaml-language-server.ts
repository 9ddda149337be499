import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The YAML language server that editors run, as a process of its own, spoken to as an editor does. */

const program = fileURLToPath(
  new URL('../../node_modules/yaml-language-server/bin/yaml-language-server', import.meta.url),
);

export interface Diagnostic {
  readonly message: string;
  /** Counted from 0. */
  readonly range: { readonly start: { readonly line: number; readonly character: number } };
}

export interface LanguageServer {
  /** What the editor would underline in this text, were it saved at this path. */
  diagnose(path: string, text: string): Promise<readonly Diagnostic[]>;
  stop(): Promise<void>;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly uri?: string; readonly diagnostics?: readonly Diagnostic[] };
}

export async function startLanguageServer(): Promise<LanguageServer> {
  const server = spawn(process.execPath, [program, '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const waiting = new Map<string, (diagnostics: readonly Diagnostic[]) => void>();
  let ready: () => void = () => undefined;
  const initialized = new Promise<void>((resolve) => (ready = resolve));
  const say = (message: object): void => {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  };
  onMessages(server.stdout, ({ id, method, params }) => {
    if (method === undefined) ready();
    else if (id !== undefined) say({ id, result: null });
    else if (method === 'textDocument/publishDiagnostics') waiting.get(params?.uri ?? '')?.(params?.diagnostics ?? []);
  });
  say({ id: 1, method: 'initialize', params: { processId: process.pid, rootUri: null, capabilities: {} } });
  await initialized;
  say({ method: 'initialized', params: {} });
  const settings = { yaml: { validate: true, schemaStore: { enable: false } } };
  say({ method: 'workspace/didChangeConfiguration', params: { settings } });

  return {
    diagnose: (path, text) => {
      const uri = pathToFileURL(path).href;
      const answered = new Promise<readonly Diagnostic[]>((resolve) => waiting.set(uri, resolve));
      say({ method: 'textDocument/didOpen', params: { textDocument: { uri, languageId: 'yaml', version: 1, text } } });
      return answered;
    },
    stop: async () => {
      server.kill();
      await once(server, 'exit');
    },
  };
}

function onMessages(stream: NodeJS.ReadableStream, receive: (message: Message) => void): void {
  let pending = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      const head = pending.indexOf('\r\n\r\n');
      const length = Number(/Content-Length: (\d+)/.exec(pending.subarray(0, Math.max(head, 0)).toString())?.[1]);
      if (head === -1 || pending.length < head + 4 + length) return;
      receive(JSON.parse(pending.subarray(head + 4, head + 4 + length).toString()) as Message);
      pending = pending.subarray(head + 4 + length);
    }
  });
}
