import type { RequestListener, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';

/** Why the process is not ready to serve; empty when it is. */
export type Readiness = () => readonly string[];

const answer = (response: ServerResponse, code: number, body: string, type = 'text/plain; charset=utf-8'): void => {
  response.writeHead(code, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
};

/** `/healthz` (the process turns), `/readyz` (it can do its work, else what it waits for), `/metrics`. */
export const healthHandler =
  (registry: Registry, missing: Readiness): RequestListener =>
  (request, response) => {
    switch (request.url?.split('?')[0]) {
      case '/healthz':
      case '/livez':
        answer(response, 200, 'ok\n');
        break;
      case '/readyz': {
        const reasons = missing();
        if (reasons.length === 0) answer(response, 200, 'ok\n');
        else answer(response, 503, `${reasons.join('\n')}\n`);
        break;
      }
      case '/metrics':
        registry.metrics().then(
          (text) => answer(response, 200, text, registry.contentType),
          (error: Error) => answer(response, 500, `${error.message}\n`),
        );
        break;
      default:
        answer(response, 404, 'Known paths: /healthz /readyz /metrics\n');
    }
  };
