import type { Unstructured } from '../../api/meta.js';
import { apiVersionOf } from '../../api/resource.js';
import { prune } from '../../apimachinery/structural/prune.js';
import { compareVersions } from '../discovery/discovery.js';
import { type Kind, type Schema, STATUS, type Strategy } from '../kind.js';
import { forbidden } from '../status-error.js';
import { type DefinedVersion, type Definition, definitionOf } from './definition.js';
import { scaleOf, scaleProblems } from './scale.js';

/** Of every custom kind, in the order kube-apiserver tells them. */
const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

/** The kinds a CRD makes the server serve: one per served version. */
export function kindsOf(crd: Unstructured): readonly Kind[] {
  const definition = definitionOf(crd);
  const schemaSince = Number(crd.metadata.resourceVersion);
  const refusing = crd.metadata.deletionTimestamp === undefined ? {} : refusingNew(definition);
  return definition.versions
    .filter(({ served }) => served)
    .map((version) => {
      const kind = kindOf(definition, version);
      return { ...kind, schemaSince, strategy: { ...kind.strategy, ...refusing } };
    });
}

/** The kind its objects are stored as, served or not. */
export function storedKindOf(crd: Unstructured): Kind | undefined {
  const definition = definitionOf(crd);
  const stored = definition.versions.find(({ storage }) => storage);
  return stored && kindOf(definition, stored);
}

const refusingNew = ({ group, names }: Definition): Strategy => ({
  prepareCreate({ metadata }) {
    const why = 'create not allowed while custom resource definition is terminating';
    throw forbidden({ group, ...names }, metadata.name, why);
  },
});

const schemaOf = ({ schema }: DefinedVersion): Schema =>
  schema?.openAPIV3Schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

function kindOf(definition: Definition, version: DefinedVersion): Kind {
  const { group, names, scope, versions } = definition;
  const { status, scale } = version.subresources ?? {};
  const stored = versions.find(({ storage }) => storage);
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
    schema: schemaOf(version),
    columns: version.additionalPrinterColumns ?? [],
    nameRule: 'subdomain',
    subresources: [...(status ? [STATUS] : []), ...(scale ? [scaleOf(scale)] : [])],
    verbs: VERBS,
    countsGeneration: true,
    qualifiesFinalizers: false,
    insistsOnVersion: true,
    createsOnUpdate: false,
    rechecksPrefix: false,
    returnsDeleted: false,
    storage: { group, plural: names.plural, version: stored?.name ?? '' },
    ...(stored && stored !== version ? { toStorage: (object) => storedAs(stored, group, object) } : {}),
    ...(version.deprecated ? { deprecation: deprecationOf(definition, version) } : {}),
    strategy: scale ? { validate: (object) => scaleProblems(object, scale) } : {},
    selectableFields: (version.selectableFields ?? []).map(({ jsonPath }) => jsonPath),
  };
}

/** Converting between versions is renaming; what the stored version does not know is lost. */
const storedAs = (stored: DefinedVersion, group: string, object: Unstructured): Unstructured =>
  prune(schemaOf(stored), { ...object, apiVersion: apiVersionOf({ group, version: stored.name }) }).value;

function deprecationOf({ group, names, versions }: Definition, { name, deprecationWarning }: DefinedVersion): string {
  if (deprecationWarning !== undefined) return deprecationWarning;
  const [newest] = versions
    .filter((version) => version.served && !version.deprecated)
    .map((version) => version.name)
    .sort(compareVersions);
  const use = newest !== undefined && compareVersions(newest, name) < 0 ? `; use ${group}/${newest} ${names.kind}` : '';
  return `${group}/${name} ${names.kind} is deprecated${use}`;
}
