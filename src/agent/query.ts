import { type JsonPath, parseBarePath } from '../apimachinery/json-path.js';
import type { Query } from './feedback.js';

const MAX_PATHS = 1000;
const compiled = new Map<string, JsonPath>();

/** Paths come from works, so few are distinct; compiled ones are kept until there are too many. */
export const queryJsonPath: Query = (object, path) => {
  let found = compiled.get(path);
  if (!found) {
    found = parseBarePath(path);
    if (compiled.size >= MAX_PATHS) compiled.clear();
    compiled.set(path, found);
  }
  return found.find(object);
};
