import type { Unstructured } from '../../api/meta.js';
import type { PrinterColumn } from '../../api/resource.js';
import type { StructuralSchema } from '../../apimachinery/structural/schema.js';

/** The parts of an `apiextensions.k8s.io/v1` CustomResourceDefinition the server reads. */
export interface Definition {
  readonly group: string;
  readonly scope: string;
  readonly names: {
    readonly plural: string;
    readonly kind: string;
    readonly singular?: string | undefined;
    readonly listKind?: string;
    readonly shortNames?: readonly string[];
    readonly categories?: readonly string[];
  };
  readonly conversion?: { readonly strategy: string };
  readonly preserveUnknownFields?: boolean;
  readonly versions: readonly DefinedVersion[];
}

export interface DefinedVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated?: boolean;
  readonly deprecationWarning?: string;
  readonly schema?: { readonly openAPIV3Schema?: StructuralSchema };
  readonly additionalPrinterColumns?: readonly PrinterColumn[];
  readonly subresources?: {
    readonly status?: object;
    readonly scale?: {
      readonly specReplicasPath?: string;
      readonly statusReplicasPath?: string;
      readonly labelSelectorPath?: string;
    };
  };
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime?: string;
}

export interface DefinitionStatus {
  readonly conditions: readonly Condition[];
  readonly acceptedNames: Definition['names'];
  readonly storedVersions: readonly string[];
}

/** The status, with empty members for those a new CRD lacks. */
export const statusOf = (crd: Unstructured | undefined): DefinitionStatus => ({
  conditions: [],
  acceptedNames: { plural: '', kind: '' },
  storedVersions: [],
  ...(crd?.status as Partial<DefinitionStatus> | undefined), // only the server writes it
});

export const isEstablished = (crd: Unstructured): boolean =>
  statusOf(crd).conditions.some(({ type, status }) => type === 'Established' && status === 'True');

/** The spec, with empty members for those it lacks. */
export const definitionOf = (crd: Unstructured): Definition => {
  // The types of its members were checked when the CRD was read.
  const { names, ...spec } = (crd.spec ?? {}) as Partial<Definition>;
  return { group: '', scope: '', versions: [], ...spec, names: { plural: '', kind: '', ...names } };
};
