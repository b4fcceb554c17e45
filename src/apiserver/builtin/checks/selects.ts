import { SelectorError } from '../../../apimachinery/requirement.js';
import { type LabelSelector, labelSelectorFrom } from '../../../apimachinery/selector.js';
import type { LabelSelectorSpec, Labels } from '../model/typed.js';

/** Whether a selector in an object matches labels; one that cannot be read matches nothing. */
export const selects = (selector: LabelSelectorSpec, labels: Labels): boolean =>
  read(selector)?.matches(labels) ?? false;

export const readableSelector = (selector: LabelSelectorSpec | undefined): boolean => read(selector) !== undefined;

function read(selector: LabelSelectorSpec | undefined): LabelSelector | undefined {
  try {
    return labelSelectorFrom(selector);
  } catch (error) {
    if (error instanceof SelectorError) return undefined;
    throw error;
  }
}
