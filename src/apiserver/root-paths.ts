import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type Answer, NO_SUCH_PATH, ok, tagged } from './answer.js';
import type { Api } from './api.js';
import {
  aggregatedDocument,
  aggregatedType,
  aggregatedVersion,
  coreVersions,
  groupDocument,
  groupList,
  resourceList,
  rootPaths,
} from './discovery.js';
import { healthAnswer } from './health.js';
import type { KindRegistry } from './kind-registry.js';
import { openApiDocument, openApiHash, openApiIndex } from './openapi.js';
import { OPENAPI_V2_PROTOBUF, openApiV2, openApiV2Protobuf } from './openapi-v2.js';
import { methodNotAllowed, noSuchResource } from './status-error.js';

/** Kubernetes' version whose behaviour is served. */
const VERSION = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.3+placet',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: 'node',
};

/** Everything that is no resource: discovery, version, health. */
export function answerRootPath(api: Api, http: IncomingMessage, { pathname, searchParams: query }: URL): Answer {
  const segments = pathname.split('/').filter((segment) => segment !== '');
  const [root, group = '', version = ''] = segments;
  const health = healthAnswer(segments, query);
  if (health) return health;
  if (root === 'api' || root === 'apis')
    return discovery(api, http, segments.length === 1, root === 'api' ? ['', group] : [group, version]);
  if (root === undefined) return ok({ paths: rootPaths(api.kinds) });
  if (root === 'version' && segments.length === 1) {
    if (http.method !== 'GET') throw methodNotAllowed();
    return ok(VERSION);
  }
  if (pathname === '/openapi/v2') return openApi2(api, http);
  if (root === 'openapi' && group === 'v3') return openApi(api, http, segments.slice(2).join('/'), query.get('hash'));
  return NO_SUCH_PATH;
}

const openApi2 = ({ kinds }: Api, { headers }: IncomingMessage): Answer =>
  headers.accept?.includes(OPENAPI_V2_PROTOBUF)
    ? ok(openApiV2Protobuf(kinds), OPENAPI_V2_PROTOBUF.replace('@', '.'))
    : ok(openApiV2(kinds));

function openApi({ kinds }: Api, { headers }: IncomingMessage, path: string, asked: string | null): Answer {
  if (path === '') return ok(openApiIndex(kinds));
  const document = openApiDocument(kinds, path);
  if (!document) return NO_SUCH_PATH;
  const hash = openApiHash(kinds, path);
  if (asked !== null && asked !== hash) {
    return { code: 301, body: Buffer.alloc(0), headers: { Location: `/openapi/v3/${path}?hash=${hash}` } };
  }
  const kept = asked === null ? {} : { 'Cache-Control': 'public, immutable' };
  return tagged(headers['if-none-match'], hash, { ...ok(document), headers: kept });
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
    if (aggregated) return allGroups(kinds, http.headers, aggregated, core);
    return ok(core ? coreVersions(http.headers.host ?? '') : groupList(kinds));
  }
  const document = version === '' ? groupDocument(kinds, group) : resourceList(kinds, group, version);
  if (document) return ok(document);
  if (kinds.hasBuiltIn(group)) throw noSuchResource();
  return NO_SUCH_PATH;
}

function allGroups(kinds: KindRegistry, headers: IncomingHttpHeaders, version: string, core: boolean): Answer {
  const body = Buffer.from(JSON.stringify(aggregatedDocument(kinds, version, core)));
  const tag = createHash('sha256').update(body).digest('hex').toUpperCase();
  const answer = { ...ok(body, aggregatedType(version)), headers: { 'Cache-Control': 'public' } };
  return tagged(headers['if-none-match'], tag, answer);
}
