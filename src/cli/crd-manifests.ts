import { dump } from 'js-yaml';
import { CRDS } from '../api/crd.js';

/** Every CRD as one YAML stream. */
export const crdManifests = (): string =>
  CRDS.map((crd) => `---\n${dump(crd, { noRefs: true, lineWidth: 120 })}`).join('');
