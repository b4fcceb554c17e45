import type { IncomingMessage } from 'node:http';
import { type Answer, ok } from './answer.js';
import type { Api } from './api.js';
import {
  aggregatedDocument,
  aggregatedType,
  aggregatedVersion,
  coreVersions,
  groupDocument,
  groupList,
  resourceList,
} from './discovery.js';
import { openApiDocument, openApiIndex } from './openapi.js';
import { OPENAPI_V2_PROTOBUF, openApiV2, openApiV2Protobuf } from './openapi-v2.js';
import { methodNotAllowed, noSuchResource } from './status-error.js';

/** Kubernetes' version whose behaviour is served. */
const VERSION = {
  major: '1',
  minor: '33',
  gitVersion: 'v1.33.0+placet',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: 'node',
};

/** Everything that is no resource: discovery, version, health. */
export function answerRootPath(api: Api, http: IncomingMessage, path: string): Answer {
  if (http.method !== 'GET' && http.method !== 'HEAD') throw methodNotAllowed();
  const segments = path.split('/').filter((segment) => segment !== '');
  const [root, group = '', version = ''] = segments;
  if (root === 'version') return ok(VERSION);
  if (root === 'healthz' || root === 'livez' || root === 'readyz')
    return ok(Buffer.from('ok'), 'text/plain; charset=utf-8');
  if (root === 'api' || root === 'apis')
    return discovery(api, http, segments.length === 1, root === 'api' ? ['', group] : [group, version]);
  if (path === '/openapi/v2') return openApi2(api, http);
  if (root === 'openapi' && group === 'v3') return openApi(api, segments.slice(2).join('/'));
  throw noSuchResource();
}

const openApi2 = ({ kinds }: Api, { headers }: IncomingMessage): Answer =>
  headers.accept?.includes(OPENAPI_V2_PROTOBUF)
    ? ok(openApiV2Protobuf(kinds), OPENAPI_V2_PROTOBUF.replace('@', '.'))
    : ok(openApiV2(kinds));

function openApi({ kinds }: Api, path: string): Answer {
  if (path === '') return ok(openApiIndex(kinds));
  const document = openApiDocument(kinds, path);
  if (!document) throw noSuchResource();
  return ok(document);
}

function discovery(
  { kinds }: Api,
  http: IncomingMessage,
  top: boolean,
  [group = '', version = '']: readonly string[],
): Answer {
  const core = group === '' && http.url?.split('?', 1)[0]?.split('/')[1] === 'api';
  if (top) {
    const aggregated = aggregatedVersion(http.headers.accept);
    if (aggregated) return ok(aggregatedDocument(kinds, aggregated, core), aggregatedType(aggregated));
    return ok(core ? coreVersions(http.headers.host ?? '') : groupList(kinds));
  }
  const document = version === '' ? groupDocument(kinds, group) : resourceList(kinds, group, version);
  if (!document) throw noSuchResource();
  return ok(document);
}
