import type { Unstructured } from '../../api/meta.js';
import { quantityOrUndefined } from '../../apimachinery/quantity.js';
import type { Admission } from '../admission.js';
import { forbidden } from '../status-error.js';

interface Claim {
  readonly resources?: { readonly requests?: { readonly storage?: string } };
  readonly storageClassName?: string;
}

const specOf = (object: Unstructured): Claim => (object.spec ?? {}) as Claim; // of a claim, which was decoded

const sizeOf = (object: Unstructured) => quantityOrUndefined(specOf(object).resources?.requests?.storage ?? '0');

/** A claim grows only where the class of its volumes lets it. */
export const claimExpansion: Admission = ({ operation, kind, subresource, name, object, before, local }) => {
  if (kind.group !== '' || kind.kind !== 'PersistentVolumeClaim') return;
  if (operation !== 'update' || subresource !== '' || !object || !before) return;
  const [size, was] = [sizeOf(object), sizeOf(before)];
  if (!size || !was || size.compare(was) <= 0) return;
  const classes = local.kindOf('storage.k8s.io/v1', 'StorageClass');
  const className = specOf(object).storageClassName ?? '';
  const found = classes && className !== '' ? local.get(classes, { name: className }) : undefined;
  if (found?.allowVolumeExpansion === true) return;
  const why =
    'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';
  throw forbidden(kind, name, why);
};
