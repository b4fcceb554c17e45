// Importing undici whole costs 9 MB of memory more than the two modules a client needs; it has no `exports` that forbid it.
declare module 'undici/lib/dispatcher/agent.js' {
  import { Agent } from 'undici';

  // biome-ignore lint/style/noDefaultExport: that is how the module exports it
  export { Agent as default };
}

declare module 'undici/lib/api/api-request.js' {
  import type { Dispatcher } from 'undici';

  function request(this: Dispatcher, options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData>;

  // biome-ignore lint/style/noDefaultExport: that is how the module exports it
  export { request as default };
}
