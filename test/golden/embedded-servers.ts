import { openTestServer } from '../apiserver/test-server.js';
import type { GoldenServers } from './servers.js';

/** Each one a server of its own, in this process and in memory. */
export function embeddedServers(): GoldenServers {
  const open = new Set<() => Promise<void>>();
  const start: GoldenServers['hub'] = async (options = {}) => {
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
    spoke: () => start(),
    close: async () => {
      await Promise.all([...open].map((close) => close()));
    },
  };
}
