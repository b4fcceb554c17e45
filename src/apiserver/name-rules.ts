import {
  dns1035LabelProblems,
  dns1123LabelProblems,
  dns1123SubdomainProblems,
  type NameRule as NameCheck,
  pathSegmentProblems,
} from '../apimachinery/names.js';
import type { NameRule } from './kind.js';

export const NAME_CHECKS: Readonly<Record<NameRule, NameCheck>> = {
  label: dns1123LabelProblems,
  subdomain: dns1123SubdomainProblems,
  rfc1035: dns1035LabelProblems,
  'path-segment': pathSegmentProblems,
};

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** `base` with five characters appended, cut so that the result fits a label. */
export function generatedName(base: string): string {
  let suffix = '';
  for (let index = 0; index < 5; index += 1) suffix += ALPHABET[Math.floor(Math.random() * ALPHABET.length)];
  return base.slice(0, 58) + suffix;
}
