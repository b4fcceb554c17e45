import {
  dns1123LabelProblems,
  dns1123SubdomainProblems,
  type NameRule as NameCheck,
  pathSegmentProblems,
} from '../../apimachinery/names.js';
import type { NameRule } from '../kind.js';

/** Names are measured in characters, everything else that follows the same rules in bytes. */
function inCharacters(check: NameCheck): NameCheck {
  return (text) => check(text).map((problem) => problem.replace(/^(must be no more than \d+) bytes$/, '$1 characters'));
}

export const NAME_CHECKS: Readonly<Record<NameRule, NameCheck>> = {
  label: inCharacters(dns1123LabelProblems),
  subdomain: inCharacters(dns1123SubdomainProblems),
  'path-segment': pathSegmentProblems,
};

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** `base` with five characters appended, cut so that the result fits a label. */
export function generatedName(base: string): string {
  let suffix = '';
  for (let index = 0; index < 5; index += 1) suffix += ALPHABET[Math.floor(Math.random() * ALPHABET.length)];
  return base.slice(0, 58) + suffix;
}
