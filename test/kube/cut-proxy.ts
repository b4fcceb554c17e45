import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';

export interface CutProxy {
  readonly port: number;
  /** Cuts every connection that is open now. */
  cut(): void;
  /** From now on nothing gets through, and nobody is told. */
  hold(): void;
}

/** A TCP path to another port of this machine that can break at any moment. */
export async function cutProxy(t: ExecutionContext, target: () => number): Promise<CutProxy> {
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target(), '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  t.teardown(() => {
    cut();
    server.close();
  });
  const hold = (): void => {
    server.on('connection', (socket) => socket.pause());
    for (const socket of open) socket.unpipe().pause();
  };
  return { port: (server.address() as AddressInfo).port, cut, hold };
}
