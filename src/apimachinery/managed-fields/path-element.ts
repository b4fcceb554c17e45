import { goJson, goNumber, goQuoted } from '../go-text.js';
import { isJsonObject } from '../json.js';
import type { ListType } from './ownership-type.js';

export const fieldElement = (name: string): string => `f:${name}`;

export const nameOf = (element: string): string | undefined =>
  element.startsWith('f:') ? element.slice(2) : undefined;

/** How an item of an associative list is told apart; undefined when it has none of the keys the list asks for. */
export function itemElement(item: unknown, list: ListType): string | undefined {
  if (list.keys.length === 0) return typeof item === 'object' ? undefined : `v:${goJson(item)}`;
  if (!isJsonObject(item)) return undefined;
  let text = '';
  for (const key of list.keys) {
    const value = Object.hasOwn(item, key) ? item[key] : list.keyDefaults.get(key);
    if (value !== undefined) text += `${text === '' ? '' : ','}${goJson(key)}:${goJson(value)}`;
  }
  return text === '' ? undefined : `k:{${text}}`;
}

/** `.spec.containers[name="app"].image`: the path in messages. */
export const formatPath = (path: readonly string[]): string => path.map(formatElement).join('');

function formatElement(element: string): string {
  const text = element.slice(2);
  if (element.startsWith('f:')) return `.${text}`;
  if (element.startsWith('v:')) return `[=${valueText(JSON.parse(text))}]`;
  if (!element.startsWith('k:')) return `[${text}]`;
  const keys: unknown = JSON.parse(text);
  const pairs = isJsonObject(keys) ? Object.entries(keys) : [];
  return `[${pairs.map(([key, value]) => `${key}=${valueText(value)}`).join(',')}]`;
}

/** Of what is neither text nor number Kubernetes shows little more than what is in it. */
function valueText(value: unknown): string {
  if (typeof value === 'string') return goQuoted(value);
  if (typeof value === 'number') return goNumber(value);
  if (Array.isArray(value)) return `[${value.map(valueText).join(',')}]`;
  if (!isJsonObject(value)) return String(value);
  return Object.entries(value)
    .map(([name, member]) => `${name}=${valueText(member)}`)
    .join('');
}
