import { tokenSubresource } from '../authentication/token-request.js';
import type { Tokens } from '../authentication/tokens.js';
import type { BuiltinBehaviour } from './kinds.js';

export interface BehaviourParts {
  readonly tokens: Tokens;
}

/** What built-in kinds do with the server's keys and users. */
export const builtinBehaviour = ({ tokens }: BehaviourParts): BuiltinBehaviour => ({
  strategies: {},
  subresources: { '/ServiceAccount/token': tokenSubresource(tokens) },
});
