import type { Cause } from '../../status-error.js';
import { required } from '../checks/causes.js';
import { fileMode, unreserved } from '../checks/paths.js';
import type { KeyToPath } from './pod-shape.js';

export const validateItems = (items: readonly KeyToPath[] = [], field: string): Cause[] =>
  items.flatMap((item, index) => validateKeyToPath(item, `${field}.items[${index}]`));

const validateKeyToPath = ({ key, path, mode }: KeyToPath, field: string): Cause[] => [
  ...(key ? [] : [required(`${field}.key`)]),
  ...(path ? [] : [required(`${field}.path`)]),
  ...unreserved(path, `${field}.path`),
  ...fileMode(mode, `${field}.mode`),
];
