import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import type { KeyPair } from '../../src/apiserver/pki.js';

/** How the contract reaches a server, the embedded one or any other: a base URL, its CA, and who asks; nobody when neither is given. */
export interface Access {
  readonly url: string;
  readonly ca: string;
  readonly token?: string;
  readonly certificate?: KeyPair;
}

interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly generateName?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly ownerReferences?: unknown;
  readonly finalizers?: unknown;
  readonly labels?: unknown;
  readonly annotations?: unknown;
  readonly managedFields: readonly {
    readonly manager: string;
    readonly operation: string;
    readonly apiVersion: string;
    readonly subresource?: string;
    readonly fieldsType: string;
    readonly fieldsV1: unknown;
  }[];
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** What answers hold: objects, lists, tables and refusals at once; a test reads the members its answer must have. */
export interface Json {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: Metadata;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly data?: unknown;
  readonly code: number;
  readonly reason?: string;
  readonly message: string;
  readonly details: {
    readonly causes: readonly { readonly field: string; readonly message: string; readonly reason: string }[];
  };
  readonly items: readonly Json[];
  readonly rows: readonly { readonly cells: readonly unknown[]; readonly object: Json }[];
  readonly columnDefinitions: readonly {
    readonly name: string;
    readonly type: string;
    readonly format: string;
    readonly description: string;
    readonly priority: number;
  }[];
}

export interface Answer {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Parsed; its members are what the caller expects them to be, or a test fails. */
  readonly body: Json;
}

export interface Call {
  readonly body?: unknown;
  readonly type?: string;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface WatchEvent {
  readonly type: string;
  readonly object: Json;
}

export class Wire {
  readonly #access: Access;
  readonly #agent: Agent;

  constructor(access: Access) {
    this.#access = access;
    const { ca, certificate } = access;
    const identity = certificate ? { cert: certificate.certificate, key: certificate.key } : {};
    this.#agent = new Agent({ keepAlive: true, ca, maxSockets: 64, ...identity });
  }

  close(): void {
    this.#agent.destroy();
  }

  #open(method: string, path: string, { body, type = 'application/json', accept, headers = {} }: Call) {
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const sent = request(new URL(this.#access.url), {
      method,
      // As it is: a URL would make two dots and two slashes mean something.
      path: path.replaceAll(/[^\x21-\x7e]/gu, encodeURIComponent),
      agent: this.#agent,
      headers: {
        ...(this.#access.token === undefined ? {} : { authorization: `Bearer ${this.#access.token}` }),
        'user-agent': 'contract/1.0',
        ...(text === undefined
          ? {}
          : {
              'content-type': type,
              ...(headers['transfer-encoding'] ? {} : { 'content-length': Buffer.byteLength(text) }),
            }),
        ...(accept ? { accept } : {}),
        ...headers,
      },
    });
    sent.end(text);
    return sent;
  }

  call(method: string, path: string, options: Call = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = this.#open(method, path, options);
      sent.on('error', reject);
      sent.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const isJson =
            /json/.test(response.headers['content-type'] ?? '') && !response.headers['content-encoding'] && text !== '';
          const body = (isJson ? JSON.parse(text) : {}) as Json;
          resolve({ code: response.statusCode ?? 0, headers: response.headers, text, body });
        });
      });
    });
  }

  /** Events until the server or the reader ends the stream. */
  async *watch(path: string, accept?: string): AsyncGenerator<WatchEvent> {
    const sent = this.#open('GET', path, accept ? { accept } : {});
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      sent.on('error', reject);
      sent.on('response', resolve);
    });
    try {
      let rest = '';
      for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        if (response.statusCode !== 200) throw new Error(`watch answered ${response.statusCode}: ${chunk}`);
        for (const line of lines) yield JSON.parse(line) as WatchEvent;
      }
    } finally {
      sent.destroy();
    }
  }
}
