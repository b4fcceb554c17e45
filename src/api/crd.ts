import { KINDS } from './kinds.js';
import type { PrinterColumn, Resource } from './resource.js';
import { type StructuralSchema, structuralOf } from './structural-schema.js';

/** `apiextensions.k8s.io/v1`, as far as we write it. */
export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly group: string;
    readonly names: {
      readonly kind: string;
      readonly listKind: string;
      readonly plural: string;
      readonly singular: string;
      readonly shortNames?: readonly string[];
      readonly categories?: readonly string[];
    };
    readonly scope: 'Namespaced' | 'Cluster';
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly storage: boolean;
      readonly additionalPrinterColumns?: readonly PrinterColumn[];
      readonly subresources?: { readonly status: Record<string, never> };
      readonly schema: { readonly openAPIV3Schema: StructuralSchema };
    }[];
  };
}

const FROM_KUBERNETES: Readonly<Record<string, StructuralSchema>> = {
  apiVersion: { description: 'The versioned schema of this object, as group/version.', type: 'string' },
  kind: { description: 'The REST resource this object represents, in CamelCase.', type: 'string' },
  metadata: { type: 'object' },
};

/** The schema of the whole object; what Kubernetes says about metadata is left to Kubernetes. */
export function schemaOf(resource: Resource): StructuralSchema {
  const { properties = {}, required = [], ...rest } = structuralOf(resource.schema);
  const ours = required.filter((name) => !(name in FROM_KUBERNETES));
  return {
    ...rest,
    description: resource.schema.description ?? `${resource.kind} of ${resource.group}.`,
    properties: { ...properties, ...FROM_KUBERNETES },
    ...(ours.length > 0 && { required: ours }),
    ...(resource.rules.length > 0 && { 'x-kubernetes-validations': resource.rules }),
  };
}

export function crdOf(resource: Resource): CustomResourceDefinition {
  const { group, version, kind, plural, singular, shortNames, categories, columns } = resource;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, labels: { 'app.kubernetes.io/part-of': 'placet' } },
    spec: {
      group,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular,
        ...(shortNames.length > 0 && { shortNames }),
        ...(categories.length > 0 && { categories }),
      },
      scope: resource.namespaced ? 'Namespaced' : 'Cluster',
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          ...(columns.length > 0 && { additionalPrinterColumns: columns }),
          ...(resource.hasStatus && { subresources: { status: {} } }),
          schema: { openAPIV3Schema: schemaOf(resource) },
        },
      ],
    },
  };
}

/** In the order of their names, so that what is printed never depends on the order of declaration. */
export const CRDS: readonly CustomResourceDefinition[] = KINDS.map(crdOf).sort((a, b) =>
  a.metadata.name < b.metadata.name ? -1 : 1,
);
