import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Address } from './arguments.js';

export interface Listener {
  /** `http://host:port`, with the port really taken. */
  readonly url: string;
  /** Stops accepting, lets requests under way finish, then cuts what is left. */
  close(graceMs?: number): Promise<void>;
}

// Argo CD's controller keeps idle connections for 90 s; whoever closes first must not be us (spec: real servers, H1).
const KEEP_ALIVE_MS = 120_000;

export async function listen(handler: RequestListener, address: Address): Promise<Listener> {
  try {
    return await bind(handler, address);
  } catch (error) {
    if (error instanceof AddressTaken && address.orFree) return bind(handler, { host: address.host, port: 0 });
    throw error;
  }
}

class AddressTaken extends Error {
  override readonly name = 'AddressTaken';

  constructor({ host, port }: Address) {
    super(`${host}:${port} is taken by another process; choose another address or 0 for a free port`);
  }
}

const bind = (handler: RequestListener, address: Address): Promise<Listener> =>
  new Promise((resolve, reject) => {
    const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: KEEP_ALIVE_MS + 5_000 }, handler);
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new AddressTaken(address) : error),
    );
    server.listen(address.port, address.host, () =>
      resolve({ url: urlOf(server), close: (graceMs = 3_000) => close(server, graceMs) }),
    );
  });

function urlOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo; // a listening TCP server has one
  const host = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address;
  return `http://${family === 'IPv6' && host.includes(':') ? `[${host}]` : host}:${port}`;
}

const close = (server: Server, graceMs: number): Promise<void> =>
  new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
  });
