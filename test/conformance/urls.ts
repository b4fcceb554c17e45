import { type Cases, configMap, type Place, WIDGETS, widget } from './fixture.js';

const NO_RESOURCE = 'the server could not find the requested resource';
const NO_PATH = '404 page not found\n';

async function found({ wire }: Place, method: string, path: string): Promise<string> {
  const { code, text, body } = await wire.call(method, path);
  return `${code} ${body.message ?? text}`;
}

/** How a URL and a method say what is asked for. */
export const URL_CASES: Cases = {
  'a slash at the end of a path counts for nothing': async (t, p) => {
    for (const collection of [p.configMaps, p.widgets]) {
      const body = collection === p.widgets ? widget('a') : configMap('a');
      t.is((await p.wire.call('POST', `${collection}/`, { body })).code, 201);
      t.is((await p.wire.call('GET', `${collection}/`)).body.items.length > 0, true);
      t.is((await p.wire.call('GET', `${collection}/a/`)).body.metadata.name, 'a');
      t.is((await p.wire.call('DELETE', `${collection}/a//`)).code, 200);
    }
    for (const path of ['/api/', '/api/v1/', '/api/v1//', '/apis/', '/apis/apps/', '/apis/apps/v1/', '/version/']) {
      t.is((await p.wire.call('GET', path)).code, 200, path);
    }
    for (const path of ['/healthz/', '/readyz/ping/', '/openapi/v3/', '/apis//', '//']) {
      t.is((await p.wire.call('GET', path)).code, 404, path);
    }
  },

  'two slashes, dots and escaped slashes in a path are taken as they are': async (t, p) => {
    await p.wire.call('POST', p.configMaps, { body: configMap('a') });
    for (const path of [
      '/api//v1',
      '/api/v1//namespaces',
      `/api/v1/namespaces/${p.namespace}//configmaps`,
      `/api/v1/namespaces/${p.namespace}/../${p.namespace}/configmaps`,
      '/api/v1/./namespaces',
      '/apis/apps/v1//deployments',
      `${p.configMaps}/a%2Fb`,
      '/version/x',
    ]) {
      t.is(await found(p, 'GET', path), `404 ${NO_RESOURCE}`, path);
    }
    for (const path of ['//api/v1', '/livez//ping', `${WIDGETS}//widgets`, '/apis/contract.example.com//widgets']) {
      t.is(await found(p, 'GET', path), `404 ${NO_PATH}`, path);
    }
    t.is((await p.wire.call('GET', '/api/v1/namespaces//configmaps')).body.kind, 'ConfigMapList');
    t.is((await p.wire.call('GET', `${p.configMaps}/%61`)).body.metadata.name, 'a');
    const broken = await p.wire.call('GET', `${p.configMaps}/%zz`);
    t.is(broken.code, 400);
    t.is(broken.text, '400 Bad Request');
  },

  'a custom object of no namespace is at no path': async (t, p) => {
    t.is(await found(p, 'GET', `${WIDGETS}/widgets/a`), `404 ${NO_PATH}`);
    t.is(await found(p, 'GET', '/api/v1/configmaps/a'), `404 ${NO_RESOURCE}`);
  },

  'a method nobody knows is refused where there is something, and not found elsewhere': async (t, p) => {
    const forbidden = '405 the server does not allow this method on the requested resource';
    for (const method of ['OPTIONS', 'TRACE', 'PROPFIND']) {
      for (const path of [p.configMaps, `${p.configMaps}/a`, '/api/v1/nodes']) {
        t.is(await found(p, method, path), forbidden, path);
      }
      for (const path of [p.widgets, `${p.widgets}/a`, `${p.widgets}/a/status`]) {
        t.is(
          await found(p, method, path),
          '405  is not supported on resources of kind "widgets.contract.example.com"',
          path,
        );
      }
      t.is(await found(p, method, '/api/v1/gadgets'), `404 ${NO_RESOURCE}`);
      t.is(await found(p, method, '/apis/none.example.com/v1/x'), `404 ${NO_PATH}`);
    }
  },

  'discovery of the core and of built-in versions is only read': async (t, p) => {
    for (const method of ['HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE']) {
      for (const path of ['/api', '/api/v1', '/apis/apps/v1', '/version']) {
        t.is((await p.wire.call(method, path)).code, 405, `${method} ${path}`);
      }
      for (const path of ['/', '/apis', '/apis/apps', WIDGETS, '/healthz']) {
        t.is((await p.wire.call(method, path)).code, 200, `${method} ${path}`);
      }
    }
  },

  'a patch of a collection is refused': async (t, p) => {
    const patch = async (collection: string, type: string): Promise<string> => {
      const { code, body } = await p.wire.call('PATCH', collection, { body: {}, type });
      return `${code} ${body.reason}`;
    };
    t.is(await patch(p.widgets, 'application/json'), '415 UnsupportedMediaType');
    t.is(await patch(p.widgets, 'application/merge-patch+json'), '400 BadRequest');
    t.is(await patch(p.widgets, 'application/apply-patch+yaml'), '400 BadRequest');
    t.is(await patch(p.configMaps, 'application/merge-patch+json'), '405 MethodNotAllowed');
  },

  'a timeout is a duration, or the request is refused': async (t, p) => {
    await p.wire.call('POST', p.widgets, { body: widget('a') });
    const refused = async (text: string, path = p.widgets): Promise<string> => {
      const { code, body } = await p.wire.call('GET', `${path}?timeout=${text}`);
      return `${code} ${body.message}`;
    };
    const why = 'invalid timeout specified in the request URL - time:';
    t.is(await refused('x'), `400 ${why} invalid duration "x"`);
    t.is(await refused('1'), `400 ${why} missing unit in duration "1"`);
    t.is(await refused('1y', '/version'), `400 ${why} unknown unit "y" in duration "1y"`);
    for (const text of ['', '0', '0s', '5s', '1m30s', '10h']) {
      t.is((await p.wire.call('GET', `${p.widgets}?timeout=${text}`)).code, 200, text);
    }
  },

  'what nobody knows in a query counts for nothing, and of two values the first': async (t, p) => {
    for (const name of ['a', 'b']) await p.wire.call('POST', p.widgets, { body: widget(name) });
    const names = async (query: string) => (await p.wire.call('GET', `${p.widgets}?${query}`)).body.items.length;
    t.is(await names('foo=bar'), 2);
    t.is(await names('dryRun=foo&fieldManager=x'), 2);
    t.is(await names('limit=1&limit=2'), 1);
    t.is(await names('continue=&limit='.replace('limit=', 'limit=1')), 1);
    t.is(await names('limit=%2B1'), 1);
    t.is(await names('timeoutSeconds=-1&limit=-1'), 2);
    t.is(await names('labelSelector=&fieldSelector=&resourceVersion=&resourceVersionMatch='), 2);
    for (const value of ['0', 'false']) t.is(await names(`watch=${value}`), 2);
    for (const limit of ['1.5', '0x1', '1e2', '%201', 'x']) {
      t.is((await p.wire.call('GET', `${p.widgets}?limit=${limit}`)).code, 400, limit);
    }
  },
};
