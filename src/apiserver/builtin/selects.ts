import { SelectorError } from '../../apimachinery/requirement.js';
import { labelSelectorFrom } from '../../apimachinery/selector.js';
import type { LabelSelectorSpec, Labels } from './typed.js';

/** Whether a selector in an object matches labels; one that cannot be read matches nothing. */
export function selects(selector: LabelSelectorSpec, labels: Labels): boolean {
  try {
    return labelSelectorFrom(selector).matches(labels);
  } catch (error) {
    if (error instanceof SelectorError) return false;
    throw error;
  }
}
