import type { ApiServerOptions } from '../../src/apiserver/server.js';
import { openTestServer } from '../apiserver/test-server.js';
import type { GoldenServer, GoldenServers } from './servers.js';

/** Each one a server of its own, in this process and in memory. */
export function embeddedServers(): GoldenServers {
  const open = new Set<() => Promise<void>>();
  const start = async (options: Partial<ApiServerOptions> = {}): Promise<GoldenServer> => {
    const { client, kubeconfigPath, close } = await openTestServer(options);
    open.add(close);
    return {
      client,
      kubeconfigPath,
      close: () => {
        open.delete(close);
        return close();
      },
    };
  };
  return {
    name: 'embedded',
    lacks: {},
    hub: start,
    // The recorded spoke had these controllers and no others.
    spoke: () => start({ controllers: ['garbage-collector', 'namespaces'] }),
    close: async () => {
      await Promise.all([...open].map((close) => close()));
    },
  };
}
