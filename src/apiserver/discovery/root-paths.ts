import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Api } from '../api.js';
import { type Answer, NO_SUCH_PATH, ok, tagged } from '../forms/answer.js';
import { refuseNoJson } from '../forms/media.js';
import type { KindRegistry } from '../kind-registry.js';
import type { RequestUrl } from '../request-url.js';
import { segmentsOf } from '../resource-path.js';
import { methodNotAllowed, noSuchResource } from '../status-error.js';
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
import { openApiDocument, openApiHash, openApiIndex } from './openapi.js';
import { OPENAPI_V2_PROTOBUF, openApiV2, openApiV2Protobuf } from './openapi-v2.js';

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
export function answerRootPath(api: Api, http: IncomingMessage, { path, query }: RequestUrl): Answer {
  const segments = segmentsOf(path);
  const [root, group = ''] = segments;
  if (segments.includes('') && (root === 'api' || (group !== '' && api.kinds.hasBuiltIn(group))))
    throw noSuchResource();
  if (segments.includes('') || /^\/(apis\/)?\/+$/.test(path)) return NO_SUCH_PATH;
  const health = path.endsWith('/') ? undefined : healthAnswer(segments, query);
  if (health) return health;
  if (root === 'api' || root === 'apis') return discovery(api, http, segments);
  if (root === undefined) return readable({ paths: rootPaths(api.kinds) });
  if (root === 'version') {
    if (group !== '') throw noSuchResource();
    if (http.method !== 'GET') throw methodNotAllowed();
    refuseNoJson(http.headers.accept, true);
    return readable(VERSION);
  }
  if (path === '/openapi/v2') return openApi2(api, http);
  if (root === 'openapi' && group === 'v3' && !path.endsWith('/'))
    return openApi(api, http, segments.slice(2).join('/'), query.get('hash'));
  return NO_SUCH_PATH;
}

/** JSON over several lines, whoever asks. */
const readable = (document: unknown): Answer => ok(Buffer.from(JSON.stringify(document, null, 2)));

const openApi2 = ({ kinds }: Api, { headers }: IncomingMessage): Answer =>
  headers.accept?.includes(OPENAPI_V2_PROTOBUF)
    ? ok(openApiV2Protobuf(kinds), OPENAPI_V2_PROTOBUF.replace('@', '.'))
    : ok(openApiV2(kinds));

function openApi({ kinds }: Api, { headers }: IncomingMessage, path: string, asked: string | null): Answer {
  if (path === '') return ok(Buffer.from(JSON.stringify(openApiIndex(kinds))), 'text/plain; charset=utf-8');
  const document = openApiDocument(kinds, path);
  if (!document) return NO_SUCH_PATH;
  const hash = openApiHash(kinds, path);
  if (asked !== null && asked !== hash) {
    return { code: 301, body: Buffer.alloc(0), headers: { Location: `/openapi/v3/${path}?hash=${hash}` } };
  }
  const kept = asked === null ? {} : { 'Cache-Control': 'public, immutable' };
  return tagged(headers['if-none-match'], hash, { ...ok(document), headers: kept });
}

function discovery({ kinds }: Api, http: IncomingMessage, [root, ...rest]: readonly string[]): Answer {
  const core = root === 'api';
  const [group = '', version = ''] = core ? ['', ...rest] : rest;
  const onlyRead = (): void => {
    if (http.method !== 'GET') throw methodNotAllowed();
  };
  if (rest.length === 0) {
    if (core) onlyRead();
    const aggregated = aggregatedVersion(http.headers.accept);
    if (aggregated) return allGroups(kinds, http.headers, aggregated, core);
    refuseNoJson(http.headers.accept);
    return ok(core ? coreVersions(http.headers.host ?? '') : groupList(kinds));
  }
  const document = version === '' ? groupDocument(kinds, group) : resourceList(kinds, group, version);
  if (document) {
    if (version !== '' && kinds.hasBuiltIn(group)) onlyRead();
    refuseNoJson(http.headers.accept);
    return ok(document);
  }
  if (kinds.hasBuiltIn(group)) throw noSuchResource();
  return NO_SUCH_PATH;
}

function allGroups(kinds: KindRegistry, headers: IncomingHttpHeaders, version: string, core: boolean): Answer {
  const body = Buffer.from(JSON.stringify(aggregatedDocument(kinds, version, core)));
  const tag = createHash('sha256').update(body).digest('hex').toUpperCase();
  const answer = { ...ok(body, aggregatedType(version)), headers: { 'Cache-Control': 'public' } };
  return tagged(headers['if-none-match'], tag, answer);
}
