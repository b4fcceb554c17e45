import fc from 'fast-check';
import { type FuzzKind, pathOf } from './fuzz-kind.js';
import { asQuery, at } from './request-parts.js';
import type { Step } from './step.js';
import { mostly, NAMES, some } from './values.js';

export const SELECTORS = {
  labelSelector: mostly(
    fc.constantFrom('app=web', 'app!=web', 'app', '!app', 'app in (web,db)', 'app notin (web),tier', 'app=,tier'),
    fc.constantFrom('a b', '=', 'app in', 'app=x y', 'app>1', '!'),
  ),
  fieldSelector: mostly(
    fc.constantFrom('metadata.name=a', 'metadata.name!=a', 'metadata.namespace={ns}'),
    fc.constantFrom('x', 'spec.size=1', 'metadata.labels.app=web', '='),
  ),
};

const PAGES = {
  limit: mostly(fc.constantFrom('1', '2', '0'), fc.constantFrom('-1', 'x', '')),
  resourceVersion: fc.constantFrom('0', '', 'x'),
  resourceVersionMatch: fc.constantFrom('Exact', 'NotOlderThan', 'Odd'),
  timeoutSeconds: fc.constant('5'),
  continue: fc.constantFrom('', 'x', 'e30'),
  pretty: fc.constantFrom('true', 'x'),
};

const ACCEPTS = mostly(
  fc.constant(undefined),
  fc.constantFrom(
    'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
    'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
    'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
    'application/json;as=Odd;v=v1;g=meta.k8s.io',
    'text/html',
    '*/*',
  ),
  3,
);

export const list = (kind: FuzzKind): fc.Arbitrary<Step> =>
  fc
    .tuple(
      fc.oneof(
        some({ ...SELECTORS, limit: PAGES.limit }),
        some({ ...SELECTORS, ...PAGES }),
        some({ ...SELECTORS, limit: PAGES.limit, continue: fc.constant(`{continue ${kind.collection}}`) }),
        some({
          ...SELECTORS,
          limit: PAGES.limit,
          resourceVersion: NAMES.map((name) => `{state ${pathOf(kind, name)}}`),
          resourceVersionMatch: PAGES.resourceVersionMatch,
        }),
        fc.constantFrom(...(kind.fieldSelectors ?? ['metadata.name=b'])).map((fieldSelector) => ({ fieldSelector })),
      ),
      ACCEPTS,
    )
    .map(([query, accept]) => ({
      method: 'GET',
      path: kind.collection,
      query: asQuery(query),
      ...(accept && { accept }),
    }));

export const get = (kind: FuzzKind): fc.Arbitrary<Step> =>
  fc
    .tuple(at(kind), ACCEPTS, some({ resourceVersion: fc.constantFrom('0', 'x'), pretty: fc.constant('true') }))
    .map(([path, accept, query]) => ({ method: 'GET', path, query: asQuery(query), ...(accept && { accept }) }));
