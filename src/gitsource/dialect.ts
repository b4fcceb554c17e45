import { boolYaml11Tag, CORE_SCHEMA, defineScalarTag, mergeTag, NOT_RESOLVED } from 'js-yaml';

const INTEGER = /^[-+]?(0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|0[0-7_]+|0|[1-9][0-9_]*)$/;
const FLOAT = /^[-+]?(\.[0-9][0-9_]*|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?$/;

const magnitude = (digits: string): number => {
  if (/^0[0-7]+$/.test(digits)) return Number.parseInt(digits, 8);
  return Number(digits.toLowerCase());
};

/** `0755` is octal and `1_000` a thousand, as kubectl reads them. */
const integer = defineScalarTag<number>('tag:yaml.org,2002:int', {
  implicit: true,
  implicitFirstChars: [...'+-0123456789'],
  resolve: (source) => {
    if (!INTEGER.test(source)) return NOT_RESOLVED;
    const value = magnitude(source.replace(/^[-+]/, '').replaceAll('_', ''));
    return source.startsWith('-') ? -value : value;
  },
  identify: () => false,
});

const float = defineScalarTag<number>('tag:yaml.org,2002:float', {
  implicit: true,
  implicitFirstChars: [...'+-.0123456789'],
  resolve: (source) => {
    if (/^[-+]?\.(inf|Inf|INF)$/.test(source)) return source.startsWith('-') ? -Infinity : Infinity;
    if (/^\.(nan|NaN|NAN)$/.test(source)) return Number.NaN;
    return FLOAT.test(source) ? Number(source.replaceAll('_', '')) : NOT_RESOLVED;
  },
  identify: () => false,
});

/** YAML as Kubernetes' own tools read it: `yes` and `on` are booleans, dates and `1:30` are strings, `<<` merges. */
export const KUBERNETES_YAML = CORE_SCHEMA.withTags(boolYaml11Tag, mergeTag, integer, float);
