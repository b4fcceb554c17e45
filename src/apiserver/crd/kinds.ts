import type { Unstructured } from '../../api/meta.js';
import { type Kind, STATUS, type Strategy } from '../kind.js';
import { forbidden } from '../status-error.js';
import { type DefinedVersion, type Definition, definitionOf } from './definition.js';

/** Of every custom kind, in the order kube-apiserver tells them. */
const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

/** The kinds a CRD makes the server serve: one per served version. */
export function kindsOf(crd: Unstructured): readonly Kind[] {
  const definition = definitionOf(crd);
  const stored = definition.versions.find(({ storage }) => storage)?.name ?? '';
  const strategy = crd.metadata.deletionTimestamp === undefined ? {} : refusingNew(definition);
  return definition.versions
    .filter(({ served }) => served)
    .map((version) => ({
      ...kindOf(definition, version, stored),
      schemaSince: Number(crd.metadata.resourceVersion),
      strategy,
    }));
}

const refusingNew = ({ group, names }: Definition): Strategy => ({
  prepareCreate({ metadata }) {
    const why = 'create not allowed while custom resource definition is terminating';
    throw forbidden({ group, ...names }, metadata.name, why);
  },
});

function kindOf({ group, names, scope }: Definition, version: DefinedVersion, stored: string): Kind {
  return {
    group,
    version: version.name,
    kind: names.kind,
    plural: names.plural,
    namespaced: scope === 'Namespaced',
    singular: names.singular ?? names.kind.toLowerCase(),
    listKind: names.listKind ?? `${names.kind}List`,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    custom: true,
    schema: version.schema?.openAPIV3Schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    columns: version.additionalPrinterColumns ?? [],
    nameRule: 'subdomain',
    subresources: version.subresources?.status ? [STATUS] : [],
    verbs: VERBS,
    countsGeneration: true,
    qualifiesFinalizers: false,
    createsOnUpdate: false,
    storage: { group, plural: names.plural, version: stored },
    strategy: {},
    selectableFields: (version.selectableFields ?? []).map(({ jsonPath }) => jsonPath),
  };
}
