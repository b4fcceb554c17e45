import { dns1123SubdomainProblems } from '../../../apimachinery/names.js';
import type { Cause } from '../../status-error.js';
import { invalidValue, required } from '../checks/causes.js';

export interface ClientConfig {
  url?: string;
  service?: { name?: string; namespace?: string; path?: string; port?: number };
}

/** Where a webhook is called. */
export function validateClient({ url, service }: ClientConfig, field: string): Cause[] {
  if (url !== undefined && service === undefined) return validateUrl(url, `${field}.url`);
  if (url !== undefined || service === undefined) {
    return [required(field, 'exactly one of url or service is required')];
  }
  const { name, namespace, port = 443, path } = service;
  const at = `${field}.service`;
  return [
    ...(name ? [] : [required(`${at}.name`)]),
    ...(namespace ? [] : [required(`${at}.namespace`)]),
    ...(port >= 1 && port <= 65535
      ? []
      : [invalidValue(`${at}.port`, port, 'port is not valid: must be between 1 and 65535, inclusive')]),
    ...(path === undefined ? [] : validatePath(path, `${at}.path`)),
  ];
}

const FORM = '; desired format: https://host[/path]';

function validateUrl(url: string, field: string): Cause[] {
  const [, scheme = '', rest = ''] = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(.*)$/s.exec(url) ?? [];
  const [, authority = '', after = ''] = /^\/\/([^/?#]*)(.*)$/s.exec(rest) ?? [];
  const tail = authority === '' ? rest : after;
  const [, query = '', fragment = ''] = /^[^?#]*(?:\?([^#]*))?(?:#(.*))?$/s.exec(tail) ?? [];
  const user = authority.includes('@') ? authority.slice(0, authority.lastIndexOf('@')) : '';
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const lower = scheme.toLowerCase();
  return [
    ...(lower === 'https' ? [] : [invalidValue(field, lower, `'https' is the only allowed URL scheme${FORM}`)]),
    ...(host === '' ? [invalidValue(field, host, `host must be specified${FORM}`)] : []),
    ...(user === '' ? [] : [invalidValue(field, user, 'user information is not permitted in the URL')]),
    ...(fragment === '' ? [] : [invalidValue(field, fragment, 'fragments are not permitted in the URL')]),
    ...(query === '' ? [] : [invalidValue(field, query, 'query parameters are not permitted in the URL')]),
  ];
}

function validatePath(path: string, field: string): Cause[] {
  const about = (why: string): Cause => invalidValue(field, path, why);
  if (path === '' || path === '/') return [];
  if (path === '//') return [about('segment[0] may not be empty')];
  const segments = path.slice(1).replace(/\/$/, '').split('/');
  return [
    ...(path.startsWith('/') ? [] : [about("must start with a '/'")]),
    ...segments.flatMap((segment, at) =>
      segment === ''
        ? [about(`segment[${at}] may not be empty`)]
        : dns1123SubdomainProblems(segment).map((problem) => about(`segment[${at}]: ${problem}`)),
    ),
  ];
}
